// How far a machine has come, read from what it has written to its console. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace provisioner::hypervisor {

struct BootStage {
  std::string name = "firmware";         // "kernel", "systemd", "cloud-init: init", "login", "shutdown"
  std::optional<std::string> failure{};  // the line by which it says that it goes no further

  friend bool operator==(const BootStage&, const BootStage&) = default;
};

// Of a log that may begin anywhere. Only what comes after the last start of a kernel counts.
[[nodiscard]] BootStage boot_stage(std::string_view log);

// The last lines that are not empty, two spaces to the right, as a terminal may show them: what a guest writes could
// otherwise move its cursor or worse.
[[nodiscard]] std::string last_console_lines(std::string_view log, std::size_t lines);

}  // namespace provisioner::hypervisor
