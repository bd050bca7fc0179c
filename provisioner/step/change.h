// Change: one difference between what cluster.yaml asks for and what there is, why, and the steps that end it. A Plan
// is all of them, in the order in which they are told and carried out. Values that own their steps; one thread at a
// time.
#pragma once

#include <string>
#include <vector>

#include "provisioner/step/step.h"

namespace provisioner::step {

enum class Action { kSame, kCreate, kChange, kRemove };

// When a change's turn is. Those of kMachine run beside those of other machines, in their order for one machine; all
// others one after the other. A phase begins when the one before it has ended.
enum class Phase {
  kHost,     // what machines need: bridge, NAT, names, the image
  kMachine,  // the machines themselves
  kLast,     // what can go once no machine uses it
};

// What happens to the steps that were done when one fails.
enum class OnFailure {
  kKeep,  // they stay: the next run goes on from there
  kUndo,  // they are undone, the last one first: all of the change or nothing
};

struct Change {
  Action action = Action::kSame;
  std::string kind;   // "machine", "bridge", "route", "dns", "file"
  std::string name;   // of its kind
  std::string why{};  // "is not there", "memory: 4GiB instead of 8GiB"; "" where nothing is to be done
  Phase phase = Phase::kHost;
  std::string machine{};  // kMachine: whose it is
  OnFailure on_failure = OnFailure::kKeep;
  Steps steps{};
};

using Plan = std::vector<Change>;

}  // namespace provisioner::step
