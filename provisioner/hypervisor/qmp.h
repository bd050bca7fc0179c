// Qmp: a talk with a running QEMU over its socket (docs/interop/qmp-spec.txt): one JSON object a line, events in
// between. QEMU talks to one at a time, so a Qmp is held no longer than it is needed. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/base/unique_fd.h"
#include "provisioner/step/host.h"

namespace provisioner::hypervisor {

class Qmp {
 public:
  // `patience`: for the greeting, and later for each answer.
  [[nodiscard]] static base::Result<Qmp> open(step::Host& host, const std::filesystem::path& socket,
                                              std::chrono::milliseconds patience);

  // "running", "paused", "io-error", "shutdown", ... (qapi/run-state.json, RunState).
  [[nodiscard]] base::Result<std::string> status();
  // Presses the power button; what comes of it is the guest's to decide.
  [[nodiscard]] base::Result<void> press_power_button();
  // Pulls the plug. QEMU may end before it answers.
  [[nodiscard]] base::Result<void> quit();
  // Of the disk of that node name; bytes.
  [[nodiscard]] base::Result<void> resize(std::string_view node, std::uint64_t size);
  // Whether QEMU has ended within the time: its end of the stream is closed then.
  [[nodiscard]] bool has_ended_within(std::chrono::milliseconds time);

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  enum class Read { kSome, kEnd, kLate };

  Qmp(base::UniqueFd fd, std::filesystem::path socket, std::chrono::milliseconds patience);
  [[nodiscard]] base::Result<nlohmann::json> execute(const nlohmann::json& command);
  [[nodiscard]] base::Result<nlohmann::json> next_object(Deadline deadline);
  [[nodiscard]] base::Result<void> send(std::string_view line, Deadline deadline);
  [[nodiscard]] Read read_some(Deadline deadline);
  [[nodiscard]] base::Failure fails(std::string_view why) const;

  base::UniqueFd fd_;
  std::filesystem::path socket_;
  std::chrono::milliseconds patience_;
  std::string read_;  // and not yet looked at
  unsigned last_id_ = 0;
};

}  // namespace provisioner::hypervisor
