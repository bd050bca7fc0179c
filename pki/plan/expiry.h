// When each certificate ends, those inside kubeconfigs and every authority included. Pure; any thread.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "pki/plan/inventory.h"
#include "pki/plan/pki_spec.h"

namespace pki::plan {

enum class ExpiryState {
  kValid,
  kEnding,
  kEnded,
  kNotYetValid,
  kMissing,
  kLeftOver,  // still good, though cluster.yaml does not ask for it
};
// "valid", "ending", "ended", "not yet valid", "missing", "left over"
[[nodiscard]] const char* name_of(ExpiryState state) noexcept;

struct Expiry {
  std::string file;
  std::string purpose;
  std::string subject;  // empty where the file is missing
  ExpiryState state = ExpiryState::kMissing;
  std::chrono::sys_seconds not_before{};
  std::chrono::sys_seconds not_after{};
};

// In the order of the spec, left-overs behind it; files that are missing are there too. `within`: what ends so soon is
// ending.
[[nodiscard]] std::vector<Expiry> expiries(const PkiSpec& spec, const Inventory& inventory,
                                           std::chrono::sys_seconds now, std::chrono::seconds within);

}  // namespace pki::plan
