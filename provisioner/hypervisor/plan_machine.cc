#include "provisioner/hypervisor/plan_machine.h"

#include <algorithm>

#include "lib/base/byte_size.h"
#include "provisioner/access/ssh.h"
#include "provisioner/hypervisor/cloud_init_status.h"
#include "provisioner/hypervisor/machine_unit.h"
#include "provisioner/hypervisor/wait_for_ready.h"
#include "provisioner/hypervisor/write_seed.h"
#include "provisioner/step/steps.h"

namespace provisioner::hypervisor {
namespace {

using cluster::Cluster;
using cluster::Machine;
using step::Action;
using step::Command;

constexpr std::chrono::minutes kSystemdPatience{4};  // a clean shutdown takes as long as the guest takes

std::unique_ptr<step::Step> run(std::vector<std::string> argv,
                                std::chrono::milliseconds timeout = std::chrono::minutes{1}) {
  return std::make_unique<step::RunCommand>(Command{std::move(argv), "", timeout});
}

std::string option_value(const std::vector<std::string>& command, const std::string& option) {
  const auto found = std::find(command.begin(), command.end(), option);
  return found == command.end() || found + 1 == command.end() ? "" : *(found + 1);
}

// What a running QEMU was told, against what it would be told today.
std::string waiting_for_a_start(const std::vector<std::string>& running, const std::vector<std::string>& wanted) {
  std::string text;
  const auto note = [&](const char* name, const char* option) {
    const std::string now = option_value(running, option), then = option_value(wanted, option);
    if (now != then) text += fmt::format("{}{}: {} instead of {}", text.empty() ? "" : ", ", name, then, now);
  };
  note("cpus", "-smp");
  note("memory", "-m");
  if (!text.empty()) return text;
  return running == wanted ? "" : "another command line of QEMU";
}

const QemuMachineState* find(const QemuState& state, const std::string& name) {
  const auto found = std::find_if(state.machines.begin(), state.machines.end(),
                                  [&](const QemuMachineState& one) { return one.name == name; });
  return found == state.machines.end() ? nullptr : &*found;
}

}  // namespace

MachinePlan::MachinePlan(const Cluster& cluster, const Machine& machine, const QemuState& state,
                         const QemuOptions& options)
    : cluster_(cluster), machine_(machine), state_(state), options_(options) {
  if (const QemuMachineState* now = find(state, machine.name)) now_ = *now;
  change_.kind = "machine";
  change_.name = machine.name;
  change_.phase = step::Phase::kMachine;
  change_.machine = machine.name;
}

step::Change MachinePlan::make() {
  add_folder();
  add_seed();
  add_disk();
  add_tap();
  add_files();
  add_power();
  note_what_waits_for_a_start();
  return done();
}

step::Change MachinePlan::resize() {
  if (now_.disk) grow_disk();
  note_what_waits_for_a_start();
  return done();
}

step::Change MachinePlan::stop() {
  if (now_.running) {
    because("is to be off");
    add_stop();
  }
  return done();
}

step::Change MachinePlan::restart() {
  because("is to start anew");
  if (now_.running) add_stop();
  now_.running.reset();
  return make();
}

void MachinePlan::add_folder() {
  if (now_.is_claimed) return;
  because("is not there");
  add(std::make_unique<step::Claim>(step::LedgerEntry{kMachineKind, machine_.name, kQemuDetail}));
  add(std::make_unique<step::MakeFolder>(MachineFolder(cluster_, machine_.name).path, 0700));
}

// The provisioner's own key may not be there yet; then no seed can be the right one.
void MachinePlan::add_seed() {
  const auto guest = cloud_init::guest_of(cluster_, machine_, {state_.key.public_line.value_or(""), options_.vip});
  if (state_.key.public_line && guest && now_.seed == cloud_init::seed_of(*guest)) return;
  const char* const when = now_.running ? " from its next start" : "";
  if (now_.seed && !state_.key.public_line) {
    because(fmt::format("seed: another key to log in with{}", when));
  } else if (now_.seed && guest) {
    because(fmt::format("seed: another {}{}", difference(*now_.seed, cloud_init::seed_of(*guest)), when));
  } else if (now_.is_claimed) {
    because("has no seed");
  }
  add(std::make_unique<WriteSeed>(cluster_, machine_.name, options_.vip));
}

void MachinePlan::add_disk() {
  if (now_.disk) return grow_disk();
  if (now_.is_claimed) because("has no disk");
  add(std::make_unique<MakeDisk>(MachineFolder(cluster_, machine_.name), state_.image, machine_.disk));
}

void MachinePlan::grow_disk() {
  const std::string change = fmt::format("disk: {} instead of {}", base::byte_size_text(machine_.disk),
                                         base::byte_size_text(now_.disk->virtual_size));
  if (machine_.disk > now_.disk->virtual_size) {
    because(change + (now_.running ? ", whose file systems grow at its next start" : ""));
    add(std::make_unique<GrowDisk>(MachineFolder(cluster_, machine_.name), machine_.disk));
  } else if (machine_.disk < now_.disk->virtual_size) {
    because(change + " is not to be had, as disks do not shrink");
  }
}

void MachinePlan::add_tap() {
  const Tap tap = tap_of(cluster_, machine_);
  const auto found = state_.taps.find(tap.name);
  step::Steps steps = steps_to_make(tap, found == state_.taps.end() ? TapState{} : found->second);
  if (!steps.empty() && now_.is_claimed) because("is not plugged into " + tap.bridge);
  add(std::move(steps));
}

void MachinePlan::add_files() {
  if (!state_.has_systemd) return;
  bool writes = false;
  for (step::RenderedFile& file : system_files(cluster_, machine_, facts_of(state_), options_)) {
    const auto found = state_.files.find(file.path);
    if (found != state_.files.end() && found->second == file.file.content) continue;
    if (now_.is_claimed) because("file: " + file.path.filename().string());
    writes = true;
    add(std::make_unique<step::Claim>(step::LedgerEntry{kFileKind, file.path.string(), machine_.name}));
    add(std::make_unique<step::WriteFile>(file.path, std::move(file.file)));
  }
  if (writes) add(run({"systemctl", "daemon-reload"}));
  if (now_.is_enabled == cluster_.hypervisor.autostart) return;
  if (now_.is_claimed) because(cluster_.hypervisor.autostart ? "does not start with the host" : "starts with the host");
  add(run({"systemctl", cluster_.hypervisor.autostart ? "enable" : "disable", unit_name(cluster_, machine_.name)}));
}

void MachinePlan::add_power() {
  const MachineFolder folder(cluster_, machine_.name);
  if (!now_.running) {
    if (now_.is_claimed && !is_stopped_) because("is off");
    if (state_.has_systemd) {
      add(run({"systemctl", "start", unit_name(cluster_, machine_.name)}));
    } else {
      add(std::make_unique<StartQemu>(folder, qemu_command(cluster_, machine_, facts_of(state_))));
    }
  } else if (now_.is_ready) {
    return;
  } else {
    because("has not been ready yet");
  }
  add(std::make_unique<WaitForReady>(machine_.name, folder, access::ssh_command(cluster_, machine_, {kAskCloudInit}),
                                     options_.ready_patience));
}

void MachinePlan::note_what_waits_for_a_start() {
  if (!now_.running) return;
  if (!now_.status.empty() && now_.status != "running") {
    because(
        fmt::format("stands still ({}{})", now_.status, now_.status == "io-error" ? ": is the host's disk full?" : ""));
  }
  const std::string waiting =
      waiting_for_a_start(now_.running->command, qemu_command(cluster_, machine_, facts_of(state_)));
  if (!waiting.empty()) because(waiting + " from its next start");
}

void MachinePlan::add_stop() {
  is_stopped_ = true;
  if (state_.has_systemd) {
    add(run({"systemctl", "stop", unit_name(cluster_, machine_.name)}, kSystemdPatience));
  } else {
    add(std::make_unique<PowerDown>(MachineFolder(cluster_, machine_.name)));
  }
}

void MachinePlan::because(std::string reason) {
  change_.why += (change_.why.empty() ? "" : "; ") + std::move(reason);
}

void MachinePlan::add(step::Steps steps) {
  std::move(steps.begin(), steps.end(), std::back_inserter(change_.steps));
}

step::Change MachinePlan::done() {
  if (!change_.steps.empty()) change_.action = now_.is_claimed ? Action::kChange : Action::kCreate;
  return std::move(change_);
}

step::Change plan_removal(const Cluster& cluster, const QemuMachineState& machine, const QemuState& state) {
  const MachineFolder folder(cluster, machine.name);
  step::Change change{.action = Action::kRemove,
                      .kind = "machine",
                      .name = machine.name,
                      .why = "is not in cluster.yaml any more",
                      .phase = step::Phase::kMachine,
                      .machine = machine.name};
  const auto entries_of = [&](const char* kind) {
    std::vector<step::LedgerEntry> entries = state.entries;
    std::erase_if(entries, [&](const auto& one) { return one.kind != kind || one.detail != machine.name; });
    return entries;
  };
  const auto files = entries_of(kFileKind);
  const std::string unit = unit_name(cluster, machine.name);
  const bool has_unit = state.files.contains("/etc/systemd/system/" + unit);
  if (state.has_systemd && has_unit)
    change.steps.push_back(run({"systemctl", "disable", "--now", unit}, kSystemdPatience));
  change.steps.push_back(std::make_unique<PowerDown>(folder));  // also one that runs without systemd
  for (const step::LedgerEntry& file : files) {
    change.steps.push_back(std::make_unique<step::RemoveFile>(file.name));
    change.steps.push_back(std::make_unique<step::Release>(kFileKind, file.name));
  }
  if (state.has_systemd && !files.empty()) change.steps.push_back(run({"systemctl", "daemon-reload"}));
  for (const step::LedgerEntry& tap : entries_of(kTapKind)) {
    for (auto& step : steps_to_remove(tap.name)) change.steps.push_back(std::move(step));
  }
  change.steps.push_back(std::make_unique<step::RemoveTree>(folder.path));
  change.steps.push_back(std::make_unique<step::Release>(kMachineKind, machine.name));
  return change;
}

}  // namespace provisioner::hypervisor
