// CBSD's commands, and what it has to say of its machines. Its exit codes tell little: bremove of a machine that is
// protected ends with 0, and so does a bstart whose bhyve fell over. So who wants something done looks afterwards. Any
// thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "provisioner/step/step.h"

namespace provisioner::hypervisor {

// `cbsd WORDS` without colours.
[[nodiscard]] step::Command cbsd_command(const std::vector<std::string>& words,
                                         std::chrono::milliseconds timeout = std::chrono::minutes{1});
// Runs it and wants exit code 0. The error quotes both streams: CBSD complains on either.
[[nodiscard]] base::Result<std::string> run_cbsd(step::Host& host, const step::Command& command);

// A line of `bls`.
struct CbsdListing {
  std::string name;
  std::string status;        // "On", "Off", "Slave", "Maintenance:WHY", "Unregister", "Unknown"
  unsigned long pid = 0;     // of its bhyve; 0: none
  std::uint64_t memory = 0;  // bytes, whole MiB
  unsigned cpus = 0;

  [[nodiscard]] bool is_on() const { return status == "On" && pid != 0; }
  friend bool operator==(const CbsdListing&, const CbsdListing&) = default;
};
// This host's alone, whatever other nodes there are.
[[nodiscard]] base::Result<std::vector<CbsdListing>> list_cbsd(step::Host& host);
[[nodiscard]] base::Result<std::vector<CbsdListing>> parse_bls(std::string_view text);

// Whether CBSD has a machine or a jail of that name.
[[nodiscard]] base::Result<bool> is_known_to_cbsd(step::Host& host, const std::string& name);

// The Ethernet address that CBSD has given to the machine when it made it; it takes none of ours.
[[nodiscard]] base::Result<std::string> cbsd_mac(step::Host& host, const std::string& name);

// Where CBSD keeps all: the home of its user.
[[nodiscard]] base::Result<std::filesystem::path> cbsd_folder(step::Host& host);

// What a machine should be once a command has been carried out.
enum class CbsdAim { kAny, kOff, kOn, kGone };

// Runs one command for one machine, and looks whether it did what it is for.
class RunCbsd final : public step::Step {
 public:
  RunCbsd(std::string machine, step::Command command, CbsdAim aim)
      : machine_(std::move(machine)), command_(std::move(command)), aim_(aim) {}
  [[nodiscard]] std::string print() const override;
  [[nodiscard]] base::Result<void> carry_out(step::Workplace& place) override;

 private:
  std::string machine_;
  step::Command command_;
  CbsdAim aim_;
};

}  // namespace provisioner::hypervisor
