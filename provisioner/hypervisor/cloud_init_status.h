// What cloud-init says of itself in a machine, in whichever form its version has. Pure; any thread.
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

// What asks for it in the machine's shell. At its end cloud-init leaves result.json (its documentation, "Boot stages"),
// which a shell can wait for; `cloud-init status` is a program of Python that an emulated machine takes seconds for, so
// that is asked only every 20 s: it knows JSON since 22.4, and lines before that.
inline constexpr const char* kAskCloudInit =
    "i=0; while test $i -lt 20 && test ! -s /run/cloud-init/result.json; do sleep 1; i=$((i+1)); done; "
    "cat /run/cloud-init/result.json 2>/dev/null || cloud-init status --format json 2>/dev/null || "
    "cloud-init status --long";

// The same without any waiting: how it stands.
inline constexpr const char* kGlanceAtCloudInit =
    "cat /run/cloud-init/result.json 2>/dev/null || cloud-init status --format json 2>/dev/null || "
    "cloud-init status --long";

[[nodiscard]] CloudInitStatus read_cloud_init_status(std::string_view answer);

}  // namespace provisioner::hypervisor
