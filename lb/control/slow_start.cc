#include "lb/control/slow_start.h"

#include <algorithm>
#include <utility>

#include "lb/snapshot/slow_start.h"

namespace lb::control {
namespace {

constexpr int kSteps = 10;
constexpr std::chrono::milliseconds kShortestStep{10};

}  // namespace

void SlowStart::note_up(std::size_t backend, base::SteadyTime now) {
  if (std::exchange(backends_[backend].cold, false) && span_.count() > 0) backends_[backend].since = now;
}

SlowStart::Progress SlowStart::progress(std::size_t backend, base::SteadyTime now) const noexcept {
  const Backend& one = backends_[backend];
  Progress progress{.cold = one.cold, .ramped_for = std::nullopt};
  if (one.since) progress.ramped_for = std::chrono::duration_cast<std::chrono::milliseconds>(now - *one.since);
  return progress;
}

void SlowStart::resume(std::size_t backend, const Progress& progress, base::SteadyTime now) {
  Backend& one = backends_[backend];
  one.cold = one.cold || progress.cold;
  if (!one.cold && progress.ramped_for && span_.count() > 0) one.since = now - *progress.ramped_for;
}

std::vector<std::uint32_t> SlowStart::shares(base::SteadyTime now) {
  std::vector<std::uint32_t> shares;
  for (Backend& backend : backends_) {
    std::uint32_t share = snapshot::kFullShare;
    if (backend.since) {
      share =
          snapshot::ramped_share(std::chrono::duration_cast<std::chrono::milliseconds>(now - *backend.since), span_);
    }
    if (share == snapshot::kFullShare) backend.since.reset();
    shares.push_back(share);
  }
  return step() ? shares : std::vector<std::uint32_t>();
}

std::optional<std::chrono::milliseconds> SlowStart::step() const noexcept {
  const bool under_way =
      std::ranges::any_of(backends_, [](const Backend& backend) { return backend.since.has_value(); });
  if (!under_way) return std::nullopt;
  return std::max(span_ / kSteps, kShortestStep);
}

}  // namespace lb::control
