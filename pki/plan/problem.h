// Problem: why a command must not do what it was asked to. Plain values; any thread.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "pki/plan/judge.h"
#include "pki/plan/steps.h"

namespace pki::plan {

struct Problem {
  std::string file;
  std::string message;  // what is so, and what to do about it
};
using Problems = std::vector<Problem>;
using PlannedSteps = tl::expected<Steps, Problems>;

[[nodiscard]] bool has(const Assessment& assessment, Weight weight);
// Whether `renew` has something to do there.
[[nodiscard]] bool needs_renewal(const Assessment& assessment);
// Null: nothing is to be said of it.
[[nodiscard]] const Assessment* find_assessment(const std::vector<Assessment>& all, const std::string& name);

// What stands in the way of making what is missing: all that is broken or needs the operator. Those of the authority
// alone where it has some: what it signed waits until it is sound.
[[nodiscard]] Problems problems_of_making(const std::vector<Assessment>& all);
// What stands in the way of issuing these certificates: what needs the operator, there and with the authority. A wish
// for new keys mends keys that are missing or do not match.
[[nodiscard]] Problems problems_of_issuing(const std::vector<Assessment>& all,
                                           const std::vector<std::string>& certificates, KeyWish key);

}  // namespace pki::plan
