#include "pki/plan/problem.h"

#include <gmock/gmock.h>

namespace pki::plan {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

Assessment said(std::string name, Cause cause, Weight weight) {
  return {name, name + ".pem", {{cause, weight, "so"}}};
}

auto message(const char* text) {
  return Field(&Problem::message, text);
}

TEST(Problem, MakingIsStoppedByWhatIsBrokenWithItsRemedy) {
  EXPECT_THAT(problems_of_making({said("a", Cause::kEnding, Weight::kDue), said("b", Cause::kMissing, Weight::kMake),
                                  said("c", Cause::kAlgorithm, Weight::kRemark)}),
              IsEmpty());
  EXPECT_THAT(
      problems_of_making({said("a", Cause::kEnded, Weight::kBroken), said("b", Cause::kNoKey, Weight::kOperator)}),
      ElementsAre(message("so; `keepstate-pki renew a` mends that"), message("so")));
}

TEST(Problem, TheAuthoritysComeFirstAndAlone) {
  EXPECT_THAT(
      problems_of_making({said("ca", Cause::kNoKey, Weight::kOperator), said("a", Cause::kEnded, Weight::kBroken)}),
      ElementsAre(Field(&Problem::file, "ca.pem")));
  EXPECT_THAT(
      problems_of_issuing({said("ca", Cause::kEnded, Weight::kOperator), said("a", Cause::kNoKey, Weight::kOperator)},
                          {"a"}, KeyWish::kKeep),
      ElementsAre(Field(&Problem::file, "ca.pem")));
}

TEST(Problem, IssuingIsStoppedByWhatNeedsTheOperatorThere) {
  const std::vector<Assessment> all{said("a", Cause::kEnded, Weight::kBroken),
                                    said("b", Cause::kKeyMismatch, Weight::kOperator)};
  EXPECT_THAT(problems_of_issuing(all, {"a"}, KeyWish::kKeep), IsEmpty());
  EXPECT_THAT(problems_of_issuing(all, {"a", "b"}, KeyWish::kKeep), ElementsAre(Field(&Problem::file, "b.pem")));
  EXPECT_THAT(problems_of_issuing(all, {"a", "b"}, KeyWish::kNew), IsEmpty())
      << "a new key takes the foreign one's place";
}

TEST(Problem, KnowsWhatRenewalMends) {
  EXPECT_TRUE(needs_renewal(said("a", Cause::kEnding, Weight::kDue)));
  EXPECT_TRUE(needs_renewal(said("a", Cause::kEnded, Weight::kBroken)));
  EXPECT_FALSE(needs_renewal(said("a", Cause::kMissing, Weight::kMake)));
  EXPECT_EQ(find_assessment({said("a", Cause::kEnded, Weight::kBroken)}, "b"), nullptr);
}

}  // namespace
}  // namespace pki::plan
