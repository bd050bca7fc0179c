#include "lb/proxy/session_samples.h"

#include <algorithm>
#include <utility>

namespace lb::proxy {
namespace {

std::uint64_t bytes_of(const Session& session) noexcept {
  return session.bytes_to_backend() + session.bytes_to_client();
}

}  // namespace

void SessionSamples::take(Session& session, net::Tick now) {
  const std::uint64_t bytes = bytes_of(session);
  const auto [found, is_new] = samples_.try_emplace(&session, Sample{&session, now, now, bytes, bytes});
  Sample& sample = found->second;
  if (is_new || now - sample.newer < net::DeadlineWheel::ticks(kInterval)) return;
  sample.newer = now;
  sample.bytes_older = std::exchange(sample.bytes_newer, bytes);
}

std::vector<Session*> SessionSamples::quietest(const backend::BackendState& backend, net::Tick now,
                                               std::chrono::milliseconds least_age, std::size_t most) const {
  const net::Tick age = net::DeadlineWheel::ticks(std::max<std::chrono::milliseconds>(least_age, kInterval));
  std::vector<std::pair<std::uint64_t, Session*>> candidates;
  for (const auto& [session, sample] : samples_) {
    if (session->backend() != &backend || now - sample.first < age || !session->calm()) continue;
    candidates.emplace_back(bytes_of(*session) - sample.bytes_older, sample.session);
  }
  const auto count = static_cast<std::ptrdiff_t>(std::min(most, candidates.size()));
  std::ranges::partial_sort(candidates, candidates.begin() + count);
  std::vector<Session*> chosen;
  for (auto one = candidates.begin(); one != candidates.begin() + count; ++one) chosen.push_back(one->second);
  return chosen;
}

}  // namespace lb::proxy
