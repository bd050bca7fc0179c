// Step: one thing to do on the host. It knows how to do, undo and print itself. A step holds all that it needs and is
// carried out at most once. One thread at a time.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "provisioner/step/host.h"
#include "provisioner/step/ledger.h"

namespace provisioner::step {

// What a step works with. `tell` and `moved` go to the Watcher, of the change that the step belongs to.
class Workplace {
 public:
  virtual ~Workplace() = default;
  [[nodiscard]] virtual Host& host() = 0;
  [[nodiscard]] virtual Ledger& ledger() = 0;
  virtual void tell(std::string_view what) = 0;
  virtual void moved(std::uint64_t bytes, std::uint64_t total) = 0;
  // Somebody wants the whole work to end: who waits for something ends with an error at once.
  [[nodiscard]] virtual bool is_interrupted() const = 0;
};

class Step {
 public:
  virtual ~Step() = default;

  // As a person would type it into a shell; lines of what cannot be typed begin with '#'. No newline at the end.
  [[nodiscard]] virtual std::string print() const = 0;
  [[nodiscard]] virtual base::Result<void> carry_out(Workplace& place) = 0;
  // Makes undone what carry_out did, also where that failed half-way. Called at most once, and only after carry_out.
  [[nodiscard]] virtual base::Result<void> undo(Workplace& /*place*/) { return {}; }
};

// False: it was over before its time, because of an interruption.
inline bool rest(Workplace& place, std::chrono::milliseconds time) {
  constexpr std::chrono::milliseconds kSlice{100};  // as long as nobody minds to wait for an end
  for (; time.count() > 0 && !place.is_interrupted(); time -= kSlice) place.host().rest(std::min(time, kSlice));
  return !place.is_interrupted();
}

using Steps = std::vector<std::unique_ptr<Step>>;

}  // namespace provisioner::step
