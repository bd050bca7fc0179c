// A channel between two processes of one host that carries texts together with open descriptors (SCM_RIGHTS). Each end
// blocks, or is watched by a loop; one thread an end at a time.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/unique_fd.h"

namespace lb::net {

struct ChannelMessage {
  std::string text;
  std::vector<base::UniqueFd> descriptors;
};

// Both ends; close-on-exec.
[[nodiscard]] base::Result<std::pair<base::UniqueFd, base::UniqueFd>> open_channel();

// A text of any size and any number of descriptors, which stay ours as well. Waits for the other end at most
// `patience`.
[[nodiscard]] base::Result<void> send_message(int channel, std::string_view text, const std::vector<int>& descriptors,
                                              std::chrono::milliseconds patience);

// Waits for a message at most `patience`. Nothing: the other end is closed.
[[nodiscard]] base::Result<std::optional<ChannelMessage>> receive_message(int channel,
                                                                          std::chrono::milliseconds patience);

}  // namespace lb::net
