#include "provisioner/hypervisor/accelerator.h"

#include <array>
#include <nlohmann/json.hpp>

#include "provisioner/hypervisor/machine_folder.h"

namespace provisioner::hypervisor {
namespace {

using cluster::Accelerator;
using nlohmann::json;

// TCG needs a second; a machine that is busy may need some.
constexpr std::chrono::seconds kPatience{5};
// What the guest writes to isa-debug-exit makes QEMU end with this code (twice the value, and one).
constexpr int kGuestRan = 0x21 * 2 + 1;

// mov dx, 0xf4; mov al, 0x21; out dx, al; hlt; jmp back: what the BIOS loads and starts. The BIOS reads by cylinders,
// so the disk is large enough to have one.
std::string boot_disk() {
  static constexpr std::array<unsigned char, 9> kCode{0xba, 0xf4, 0x00, 0xb0, 0x21, 0xee, 0xf4, 0xeb, 0xfd};
  std::string disk(1U << 20, '\0');
  std::copy(kCode.begin(), kCode.end(), disk.begin());
  disk[510] = '\x55';
  disk[511] = '\xaa';
  return disk;
}

// What an earlier answer depends on.
base::Result<std::string> circumstances(step::Host& host) {
  const auto qemu = step::output_of(host, {{"qemu-system-x86_64", "--version"}});
  if (!qemu) return base::fail("{}; install qemu-system-x86", qemu.error().message);
  const auto kernel = step::output_of(host, {{"uname", "-rv"}});
  if (!kernel) return base::Failure(kernel.error());
  return qemu->substr(0, qemu->find('\n')) + "; " + kernel->substr(0, kernel->find('\n'));
}

AcceleratorState state_of(bool works, const std::string& reason) {
  if (works) return {.accelerator = Accelerator::kKvm, .why = "KVM starts a guest here"};
  return {.accelerator = Accelerator::kTcg, .why = "KVM does not start a guest here: " + reason};
}

std::optional<AcceleratorState> remembered(const std::optional<step::FileState>& file, const std::string& here) {
  const json note = file ? json::parse(file->content, nullptr, false) : json();
  if (!note.is_object() || note.value("circumstances", json()) != here) return std::nullopt;
  const json works = note.value("kvm", json());
  const json reason = note.value("reason", json());
  if (!works.is_boolean() || !reason.is_string()) return std::nullopt;
  return state_of(works, reason);
}

}  // namespace

const char* name_of(Accelerator accelerator) {
  return accelerator == Accelerator::kKvm ? "kvm" : "tcg";
}

base::Result<void> start_tiny_guest(step::Host& host, Accelerator accelerator) {
  step::Command command{{"qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-m",
                         "32", "-machine", fmt::format("q35,accel={}", name_of(accelerator)), "-cpu",
                         accelerator == Accelerator::kKvm ? "host" : "max", "-blockdev",
                         "driver=raw,node-name=disk,read-only=on,file.driver=file,file.filename=/dev/stdin", "-device",
                         "virtio-blk-pci,drive=disk", "-device", "isa-debug-exit,iobase=0xf4,iosize=4"}};
  command.input = boot_disk();
  command.timeout = kPatience;
  const auto output = host.run(command);
  if (!output) return base::fail("it did not end within {} s", kPatience.count());
  if (output->status == base::ExitStatus{base::ExitStatus::Kind::kExited, kGuestRan}) return {};
  std::string said = output->err.substr(0, output->err.find('\n'));
  return base::fail("{}{}{}", output->status.to_string(), said.empty() ? "" : ", ", said);
}

base::Result<AcceleratorState> observe_accelerator(step::Host& host, const cluster::Cluster& cluster) {
  const Accelerator wanted = cluster.hypervisor.accelerator;
  if (wanted != Accelerator::kAuto) return AcceleratorState{.accelerator = wanted, .why = "cluster.yaml says so"};
  if (!host.exists("/dev/kvm")) return AcceleratorState{.why = "there is no /dev/kvm"};
  const auto here = circumstances(host);
  if (!here) return base::Failure(here.error());
  const auto file = host.read(ClusterFolder(cluster).accelerator());
  if (!file) return base::Failure(file.error());
  if (auto known = remembered(*file, *here)) return *known;
  const auto started = start_tiny_guest(host, Accelerator::kKvm);
  const std::string reason = started ? "" : started.error().message;
  AcceleratorState state = state_of(started.has_value(), reason);
  const json note{{"circumstances", *here}, {"kvm", started.has_value()}, {"reason", reason}};
  state.to_remember = step::FileState{note.dump(1, ' ', false, json::error_handler_t::replace) + "\n", 0644};
  return state;
}

}  // namespace provisioner::hypervisor
