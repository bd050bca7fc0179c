// Policy: which backend a new session goes to. Pure: all that changes comes in through the PickContext, so one policy
// object serves every worker at once without a lock.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "lb/backend/backend_state.h"
#include "lib/base/ip_address.h"
#include "lib/base/random.h"

namespace lb::policy {

// A backend's place in the list that the policy was made from.
enum class BackendIndex : std::uint32_t {};

// What one pick may look at; made by the worker for every pick, never stored.
struct PickContext {
  base::Random& random;                     // the worker's own
  std::uint32_t& cursor;                    // the worker's own for this listener: where its round is; any to begin with
  const base::IpAddress* client = nullptr;  // null: nobody in particular
  std::span<const std::shared_ptr<backend::BackendState>> backends{};  // BackendIndex counts these
  std::span<const BackendIndex> excluded{};                            // tried already by this session, or full
};

class Policy {
 public:
  virtual ~Policy() = default;

  // A backend of positive weight that is not excluded; nothing when none is left. No allocation, no lock; any thread.
  [[nodiscard]] virtual std::optional<BackendIndex> pick(PickContext& context) const noexcept = 0;
};

}  // namespace lb::policy
