// Handover: what one process gives the one that takes its place: the sockets that clients and operators come to, what
// it knows, and the channels to the processes before it that have not ended yet. Sent over a channel (net/
// descriptor_channel.h) by the old process; the new one answers with one word when it serves, or with why it cannot.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "lb/proxy/listening.h"
#include "lib/base/result.h"
#include "lib/base/unique_fd.h"

namespace lb::control {

inline constexpr std::chrono::seconds kHandoverPatience{30};
inline constexpr const char* kReady = "ready";
// The environment variable that tells a process that its channel is there (base::Subprocess::kChannel).
inline constexpr const char* kHandoverVariable = "KEEPSTATE_HANDOVER";

struct Handover {
  std::vector<proxy::Listening::Sockets> listeners;
  base::UniqueFd admin;                   // of the admin address; closed: there is none
  base::UniqueFd control_socket;          // the Unix socket; closed: there is none
  bool control_socket_activated = false;  // its file is the supervisor's
  std::vector<base::UniqueFd> elders;     // channels to processes that went before and still have sessions
  nlohmann::json state;                   // known_state()
};

// What is sent stays with the sender too.
[[nodiscard]] base::Result<void> send_handover(int channel, const Handover& handover);
[[nodiscard]] base::Result<Handover> receive_handover(int channel);

}  // namespace lb::control
