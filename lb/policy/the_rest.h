// What every policy needs when some backends are excluded, as after a failed try. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "lb/policy/policy.h"

namespace lb::policy {

[[nodiscard]] bool is_excluded(const PickContext& context, std::uint32_t index) noexcept;

// A backend that is not excluded, at random in proportion to the weights of those; nothing when none has any. Takes
// time in proportion to the number of backends.
[[nodiscard]] std::optional<BackendIndex> pick_of_the_rest(std::span<const std::uint32_t> weights,
                                                           PickContext& context) noexcept;

}  // namespace lb::policy
