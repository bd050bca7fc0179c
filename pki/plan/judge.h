// Judging what is there against what should be: each reason why a file has to be made, renewed or looked at. Pure; any
// thread.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "pki/plan/inventory.h"
#include "pki/plan/pki_spec.h"

namespace pki::plan {

enum class Cause {
  kMissing,
  kLost,         // it is missing, and to make another would lose what only it opens
  kNoKey,        // a certificate without its key
  kKeyMismatch,  // a certificate for another key
  kNotYetValid,  // the clock is wrong, here or where it was made
  kEnded,
  kEnding,
  kLacksNames,
  kSurplusNames,
  kSubject,
  kUsages,
  kSurplusUsages,
  kOtherAuthority,
  kNotAuthority,
  kForbiddenNames,  // by the authority's name constraints
  kConstraints,     // the authority has some, or has none
  kStale,           // a kubeconfig that embeds what is no longer so
  kAlgorithm,
  kProvider,
  kLeftOver,  // an identity that is still good, though nobody asks for it
};

// What follows from a reason, from the least to the gravest.
enum class Weight {
  kRemark,    // worth a word
  kMake,      // `init` makes it
  kDue,       // `renew` renews it; until then all works
  kBroken,    // `renew` renews it; somebody is refused, or will be
  kOperator,  // no command may decide it: something would be lost
};

struct Reason {
  Cause cause;
  Weight weight;
  std::string text;  // what is so, and what to do where that is not plain: "it ends on 2026-12-01, in 8 days"
};

// All that is to be said of one artefact; never without a reason.
struct Assessment {
  std::string name;  // as commands take it: "kubernetes", "worker-0.kubeconfig"
  std::string file;  // the one that messages name
  std::vector<Reason> reasons;

  [[nodiscard]] Weight worst() const;
};

struct Moment {
  std::chrono::sys_seconds now{};
  std::chrono::seconds within{0};  // what ends so soon is due
};

// Whether there is anything that init makes together with the service-account pair and the encryption configuration.
// Where there is, those two were there as well, and are not missing but lost. The authority does not count: one of
// another tool's making lies there alone before the first run.
[[nodiscard]] bool has_been_made(const Inventory& inventory);

// In the order of the spec; what is as it should be is left out.
[[nodiscard]] std::vector<Assessment> assess(const PkiSpec& spec, const Inventory& inventory, const Moment& moment);

}  // namespace pki::plan
