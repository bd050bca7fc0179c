#include "lb/control/backend_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

using backend::Condition;
using ::testing::HasSubstr;

BackendChange parsed(std::string_view body) {
  auto change = parse_backend_change(body);
  EXPECT_TRUE(change) << body << ": " << change.error().message;
  return change.value_or(BackendChange{});
}

std::string error_of(std::string_view body) {
  const auto change = parse_backend_change(body);
  return change ? "" : change.error().message;
}

TEST(BackendChange, IsAnyPartOfIt) {
  EXPECT_EQ(parsed(R"({"weight": 3})").weight, std::optional<std::uint32_t>(3));
  EXPECT_FALSE(parsed(R"({"weight": 3})").state);
  const BackendChange back = parsed(R"({"weight": null})");
  ASSERT_TRUE(back.weight);
  EXPECT_EQ(*back.weight, std::nullopt);
  EXPECT_EQ(parsed(R"({"state": "drain"})").state, std::optional<Condition>(Condition::kDraining));
  EXPECT_EQ(parsed(R"({"state": "maintenance"})").state, std::optional<Condition>(Condition::kMaintenance));
  const BackendChange up = parsed(R"({"weight": 0, "state": "up", "reason": "done"})");
  ASSERT_TRUE(up.state);
  EXPECT_EQ(*up.state, std::nullopt);
  EXPECT_EQ(up.weight, std::optional<std::uint32_t>(0));
  EXPECT_EQ(up.reason, "done");
}

TEST(BackendChange, SaysWhatIsAllowed) {
  for (const char* body :
       {"", "drain", "[]", "7", "{}", R"({"weight": -1})", R"({"weight": 65536})", R"({"weight": 1.5})",
        R"({"weight": "3"})", R"({"state": null})", R"({"state": "Up"})", R"({"state": 1})", R"({"reason": 1})",
        R"({"reason": "alone"})", R"({"state": "up", "reason": "two\nlines"})", R"({"wieght": 1})",
        "{\"state\": \"\xff\"}", R"({"weight": 1, "weight2": 1})"}) {
    EXPECT_THAT(error_of(body),
                HasSubstr(R"(; allowed: "weight" (0 to 65535, or null for the file's), "state" ("drain", )"
                          R"("maintenance" or "up"), "reason")"))
        << body;
  }
  EXPECT_THAT(error_of(R"({"wieght": 1})"), HasSubstr("unknown key 'wieght' (did you mean 'weight'?)"));
  EXPECT_THAT(error_of(R"({"state": "drian"})"), HasSubstr("state: 'drian' is unknown (did you mean 'drain'?)"));
  EXPECT_THAT(error_of("{\"state\": \"up\", \"reason\": \"" + std::string(201, 'x') + "\"}"),
              HasSubstr("one line of at most 200 bytes"));
}

class BackendChangeTest : public ::testing::Test {
 protected:
  void change(const std::string& body) { apply(controller_, {0, 0}, parsed(body)); }
  [[nodiscard]] const BackendView& backend() const { return controller_.listeners()[0].backends[0]; }

  ManualClock clock_;
  base::Log log_{base::Log::Level::kOff};
  Controller controller_{sample_config({1, 1}), 1, 100, clock_, log_};
};

TEST_F(BackendChangeTest, IsTheOperatorsWord) {
  change(R"({"state": "drain", "reason": "kernel update"})");
  EXPECT_EQ(backend().condition, Condition::kDraining);
  EXPECT_EQ(backend().reason, "kernel update");
  change(R"({"state": "maintenance"})");
  EXPECT_EQ(backend().condition, Condition::kMaintenance);
  EXPECT_EQ(backend().reason, "asked for by an operator");
  change(R"({"state": "up"})");
  EXPECT_EQ(backend().condition, Condition::kUp);
}

TEST_F(BackendChangeTest, GivesAnotherWeight) {
  const auto weights = [this] { return controller_.snapshot()->pools[0].weights; };
  change(R"({"weight": 3})");
  EXPECT_EQ(weights(), (std::vector<std::uint32_t>{3, 1}));
  change(R"({"weight": null})");
  EXPECT_EQ(weights(), (std::vector<std::uint32_t>{1, 1}));
}

}  // namespace
}  // namespace lb::control
