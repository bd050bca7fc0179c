// How many descriptors the process may open, and how many sessions that allows. Called once, at start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace lb::net {

// Raises the soft limit to the hard one, and returns what is in force then.
[[nodiscard]] std::uint64_t raise_descriptor_limit() noexcept;

// The hard one.
[[nodiscard]] std::uint64_t hard_descriptor_limit() noexcept;

// Toward backends, a worker: what a burst of short sessions can use.
inline constexpr std::size_t kMostKeptSockets = 256;
// How many of them each worker may keep, so that all together are at most a 16th of what there is.
[[nodiscard]] std::uint64_t kept_sockets_within(std::uint64_t descriptors, unsigned workers) noexcept;

// A session needs two descriptors; workers keep some for pipes, kept sockets and themselves.
[[nodiscard]] std::uint64_t sessions_within(std::uint64_t descriptors, unsigned workers) noexcept;

}  // namespace lb::net
