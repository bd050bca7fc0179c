// What `init` does to a folder: which files it keeps, which it makes, or why it must not touch it. Pure; any thread.
//
// Nothing that is there is ever replaced: a certificate that does not serve is a Problem with a remedy, not a reason to
// overwrite.
#pragma once

#include <chrono>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "pki/plan/certificate_spec.h"
#include "pki/plan/inventory.h"

namespace pki::plan {

enum class Action { kKeep, kMake };

struct InitStep {
  CertificateSpec spec;
  Action key = Action::kMake;
  Action certificate = Action::kMake;
};

// Why a file stands in the way, and what to do about it.
struct Problem {
  std::string file;
  std::string message;
};

// A step for each spec, in their order; the first spec must be the authority. All problems are found in one go, except
// that those of the signed certificates wait until the authority itself is sound.
[[nodiscard]] tl::expected<std::vector<InitStep>, std::vector<Problem>> plan_init(
    const std::vector<CertificateSpec>& specs, const Inventory& inventory, std::chrono::sys_seconds now);

}  // namespace pki::plan
