// Chooser: which backend one session tries next; takes a place there at once, so that no backend gets more sessions
// than it takes. The policy decides, but for two things around it: a client that is used to a backend comes there
// again as long as that one is among the best, and a backend that is full is passed over. It is no failure to be full.
// Worker's thread only.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lb/backend/lease.h"
#include "lb/policy/policy.h"
#include "lb/snapshot/snapshot.h"
#include "lb/source/visit.h"
#include "lib/base/ip_address.h"
#include "lib/base/random.h"

namespace lb::proxy {

class Chooser {
 public:
  // kBest: only the best backends there are, those that are up if any is. Who is only slow is no reason to ask others.
  enum class Reach { kBest, kAll };
  // What the worker lends for one choice.
  struct Means {
    const snapshot::Pool& pool;
    base::Random& random;
    std::uint32_t& cursor;
    std::size_t worker;
    Reach reach;
    std::vector<policy::BackendIndex>& excluded;  // those that were tried; choose() adds some
  };

  // `visit` outlives the chooser; null where the client is nobody in particular.
  Chooser(const base::IpAddress& client, source::Visit* visit) noexcept : client_(client), visit_(visit) {}

  [[nodiscard]] const base::IpAddress& client() const noexcept { return client_; }

  // A place at the next backend. Empty when there is none, because all were tried or because those that were not are
  // full.
  [[nodiscard]] backend::Lease choose(Means means) noexcept;
  // Whether the last choice was empty because of those that are full.
  [[nodiscard]] bool all_full() const noexcept { return all_full_; }

  // The session stands at this backend: its client is used to it from now on. Not so when it was tried because the
  // client's own one, which is still among the best, did not answer in time.
  void note_standing(const snapshot::Pool& pool, const backend::BackendState& backend) noexcept;

 private:
  [[nodiscard]] backend::Lease own_of(const Means& means) noexcept;
  [[nodiscard]] backend::Lease take(Means& means, const policy::Policy& tier) noexcept;
  [[nodiscard]] std::optional<policy::BackendIndex> pick(const Means& means, const policy::Policy& tier) const noexcept;

  base::IpAddress client_;
  source::Visit* visit_;
  std::optional<std::uint64_t> own_;  // the key of the backend that the client is used to, and that was tried first
  bool asked_ = false;
  bool all_full_ = false;
};

}  // namespace lb::proxy
