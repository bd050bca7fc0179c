// SlowStart: which backends of one listener came back lately, and what share of their weight they have by now. The
// numbers are snapshot/slow_start.h's. Control loop's thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "lib/base/clock.h"

namespace lb::control {

class SlowStart {
 public:
  // `span` 0: everybody has all at once.
  SlowStart(std::size_t backends, std::chrono::milliseconds span) : span_(span), backends_(backends) {}

  // The backend is down or out of use, and will be cold when it comes back.
  void note_gone(std::size_t backend) { backends_[backend] = {.cold = true, .since = std::nullopt}; }
  // It takes sessions. One that was not gone keeps the share that it has.
  void note_up(std::size_t backend, base::SteadyTime now);

  // What another one, before the file changed, knew of one backend.
  void take_over(std::size_t backend, const SlowStart& former, std::size_t before) {
    backends_[backend] = former.backends_[before];
  }

  // How far a backend is, as another process is told.
  struct Progress {
    bool cold = false;
    std::optional<std::chrono::milliseconds> ramped_for;  // while it is on its way
  };
  [[nodiscard]] Progress progress(std::size_t backend, base::SteadyTime now) const noexcept;
  // It goes on from there; what is known to be gone stays so.
  void resume(std::size_t backend, const Progress& progress, base::SteadyTime now);

  // In percent, a backend each; empty when everybody has all of it. Forgets those who have arrived.
  [[nodiscard]] std::vector<std::uint32_t> shares(base::SteadyTime now);
  // When shares() is to be asked again, a tenth of the span; unset while it would not say anything new.
  [[nodiscard]] std::optional<std::chrono::milliseconds> step() const noexcept;

 private:
  struct Backend {
    bool cold = false;
    std::optional<base::SteadyTime> since;  // while it is on its way
  };

  std::chrono::milliseconds span_;
  std::vector<Backend> backends_;
};

}  // namespace lb::control
