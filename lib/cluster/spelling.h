// Which known word a misspelt one was probably meant to be. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cluster {

// Insertions, deletions, replacements and swaps of neighbours that make `a` into `b` (optimal string alignment).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

// The known word nearest to `word`, upper and lower case alike; nothing when none is near enough to be meant: one
// mistake in up to four letters, two in up to seven, else three.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known);

// " (did you mean 'weight'?)", or "" when no known word is near: to be put behind a message.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

}  // namespace cluster
