#include "lb/control/session_listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace lb::control {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SessionListingTest : public testing::Test {
 protected:
  void ask(std::size_t most, int who) {
    ASSERT_TRUE(listing_->list(most, [this, who](const auto& sessions) {
      for (const auto& one : sessions) told_.push_back(std::to_string(who) + one.backend);
    }));
  }
  void tell(const std::string& backend) {
    const auto done = std::exchange(done_, nullptr);
    ASSERT_TRUE(done);
    done({{.backend = backend}});
  }

  std::vector<std::size_t> asked_;
  std::function<void(SessionListing::Sessions)> done_;
  std::vector<std::string> told_;
  std::optional<SessionListing> listing_{std::in_place, [this](std::size_t most, auto done) {
                                           asked_.push_back(most);
                                           done_ = std::move(done);
                                         }};
};

TEST_F(SessionListingTest, OneIsUnderWayAndWhoAsksMeanwhileSharesTheNext) {
  ask(10, 1);
  ask(5, 2);
  ask(100, 3);
  EXPECT_THAT(asked_, ElementsAre(10));
  tell("a");
  EXPECT_THAT(told_, ElementsAre("1a"));
  EXPECT_THAT(asked_, ElementsAre(10, 100));
  tell("b");
  EXPECT_THAT(told_, ElementsAre("1a", "2b", "3b"));
  EXPECT_THAT(asked_, ElementsAre(10, 100));
  ask(7, 4);
  EXPECT_THAT(asked_, ElementsAre(10, 100, 7));
}

TEST_F(SessionListingTest, RefusesWhoComesWhenManyWait) {
  ask(1, 0);
  for (std::size_t i = 0; i < SessionListing::kMostWaiting; ++i) ask(1, 1);
  EXPECT_FALSE(listing_->list(1, [](const auto&) {}));
  tell("a");
  EXPECT_TRUE(listing_->list(1, [](const auto&) {}));
}

TEST_F(SessionListingTest, AnAnswerThatComesAfterItsEndIsNobodys) {
  ask(1, 1);
  listing_.reset();
  tell("a");
  EXPECT_THAT(told_, IsEmpty());
}

}  // namespace
}  // namespace lb::control
