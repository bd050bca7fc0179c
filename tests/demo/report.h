// What the demo prints. Text in, text out; any thread.
#pragma once

#include <string>
#include <string_view>

#include "tests/demo/places.h"
#include "tests/demo/traffic.h"

namespace tests::demo {

// One line a server: its weight, its share by weight, what it answered and a bar. A server that is `gone` has no share.
[[nodiscard]] std::string split_table(const Places& places, const Tally& tally, std::string_view gone);
// "400 requests, 0 failed, slowest 4.2 ms"
[[nodiscard]] std::string summary(const Tally& tally);
// Pearson's statistic of what was observed against the weights, over the servers that are not `gone`.
[[nodiscard]] double chi_squared(const Places& places, const Tally& tally, std::string_view gone);
[[nodiscard]] bool tells_of_a_backend_down(const std::string& metrics);
// The few lines of /metrics that tell the story.
[[nodiscard]] std::string telling_lines(const std::string& metrics);

}  // namespace tests::demo
