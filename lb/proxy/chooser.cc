#include "lb/proxy/chooser.h"

namespace lb::proxy {

using policy::BackendIndex;

backend::Lease Chooser::choose(Means means) noexcept {
  all_full_ = false;
  if (visit_ != nullptr && !asked_) {
    asked_ = true;
    if (backend::Lease own = own_of(means)) return own;
  }
  for (const auto& tier : means.pool.tiers) {
    if (!tier) continue;
    if (backend::Lease lease = take(means, *tier)) return lease;
    // Those of a lower tier are for when these fail, not for when these have much to do.
    if (all_full_ || means.reach == Reach::kBest) break;
  }
  return {};
}

backend::Lease Chooser::own_of(const Means& means) noexcept {
  const auto known = visit_->known_backend();
  if (!known) return {};
  const auto index = means.pool.among_the_best(*known);
  if (!index) return {};
  backend::Lease lease(means.pool.at(*index), means.worker);
  if (lease) own_ = known;
  return lease;
}

backend::Lease Chooser::take(Means& means, const policy::Policy& tier) noexcept {
  auto index = pick(means, tier);
  while (index) {
    backend::Lease lease(means.pool.at(*index), means.worker);
    all_full_ = !lease;
    if (lease) return lease;
    // All that are full by now, and this one, which may have room again: else this could go on for long.
    means.excluded.push_back(*index);
    for (std::uint32_t i = 0; i < means.pool.backends.size(); ++i) {
      if (BackendIndex{i} != *index && means.pool.backends[i]->full()) means.excluded.push_back(BackendIndex{i});
    }
    index = pick(means, tier);
  }
  return {};
}

std::optional<BackendIndex> Chooser::pick(const Means& means, const policy::Policy& tier) const noexcept {
  policy::PickContext context{.random = means.random,
                              .cursor = means.cursor,
                              .client = &client_,
                              .backends = means.pool.backends,
                              .excluded = means.excluded};
  return tier.pick(context);
}

void Chooser::note_standing(const snapshot::Pool& pool, const backend::BackendState& backend) noexcept {
  if (visit_ == nullptr) return;
  const bool elsewhere = own_ && *own_ != backend.key() && pool.among_the_best(*own_);
  elsewhere ? visit_->stand_elsewhere() : visit_->stick_to(backend.key());
}

}  // namespace lb::proxy
