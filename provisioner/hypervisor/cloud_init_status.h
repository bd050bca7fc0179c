// What `cloud-init status` answers in a machine, in whichever form its version has. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace provisioner::hypervisor {

struct CloudInitStatus {
  enum class State { kUnknown, kRunning, kDone, kFailed, kDisabled };

  State state = State::kUnknown;
  std::string detail{};  // of a failure, or what was wrong though it is done

  friend bool operator==(const CloudInitStatus&, const CloudInitStatus&) = default;
};

// What asks for it in the machine's shell. JSON is known since 22.4; before that there are lines.
inline constexpr const char* kAskCloudInit = "cloud-init status --format json 2>/dev/null || cloud-init status --long";

[[nodiscard]] CloudInitStatus read_cloud_init_status(std::string_view answer);

}  // namespace provisioner::hypervisor
