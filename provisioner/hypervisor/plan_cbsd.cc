#include "provisioner/hypervisor/plan_cbsd.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "lib/base/byte_size.h"
#include "provisioner/hypervisor/cbsd_steps.h"
#include "provisioner/hypervisor/folder_removal.h"
#include "provisioner/hypervisor/machine_folder.h"
#include "provisioner/hypervisor/observe_qemu.h"
#include "provisioner/step/mark.h"
#include "provisioner/step/steps.h"

namespace provisioner::hypervisor {
namespace {

using cluster::Cluster;
using cluster::Machine;
using step::Action;
using step::Change;

constexpr std::chrono::minutes kCreatePatience{10};
constexpr std::chrono::minutes kStartPatienceOfCbsd{60};  // the first start fetches the profile's image
constexpr std::chrono::minutes kStopPatience{5};
constexpr std::chrono::minutes kRemovePatience{10};

// bset can change these; the rest of the machine is as it was made.
constexpr std::array<std::string_view, 3> kChangeable{"astart", "vm_cpus", "vm_ram"};
constexpr std::array<std::string_view, 3> kFixed{"interface", "imgsize", "vm_os_profile"};

std::string value_of(const CbsdSettings& settings, std::string_view name) {
  const auto found =
      std::find_if(settings.begin(), settings.end(), [&](const auto& setting) { return setting.first == name; });
  return found == settings.end() ? "" : found->second;
}

void set_value(CbsdSettings& settings, std::string_view name, const std::string& value) {
  const auto found =
      std::find_if(settings.begin(), settings.end(), [&](const auto& setting) { return setting.first == name; });
  if (found != settings.end()) found->second = value;
}

std::string text_of(const Cluster& cluster, const CbsdSettings& settings) {
  std::string text = "# " + step::mark_of(cluster) + " a change here is lost.\n";
  for (const auto& [name, value] : settings) text += fmt::format("{}=\"{}\"\n", name, value);
  return text;
}

class CbsdMachinePlan {
 public:
  CbsdMachinePlan(const Cluster& cluster, const Machine& machine, const CbsdState& state, const CbsdOptions& options)
      : cluster_(cluster), machine_(machine), state_(state), options_(options) {
    now_.name = machine.name;
    for (const CbsdMachineState& one : state.machines) {
      if (one.name == machine.name) now_ = one;
    }
    change_.kind = "machine";
    change_.name = machine.name;
    change_.phase = step::Phase::kMachine;
    change_.machine = machine.name;
  }

  Change make() {
    if (!now_.listing) {
      add_creation();
    } else {
      add_settings();
      add_seed();
    }
    add_power();
    return done();
  }

  Change resize() {
    if (now_.listing) add_settings();
    return done();
  }

  Change stop() {
    if (now_.is_on()) add_stop("is to be off");
    return done();
  }

  Change restart() {
    if (now_.is_on()) add_stop("is to start anew");
    return make();
  }

 private:
  void add_creation() {
    because(now_.is_known ? "was made in part" : "is not there");
    add(std::make_unique<step::Claim>(step::LedgerEntry{kMachineKind, machine_.name, kCbsdDetail}));
    if (now_.is_known) add(cbsd({"bremove", "jname=" + machine_.name}, kRemovePatience, CbsdAim::kGone));
    add(std::make_unique<step::MakeFolder>(MachineFolder(cluster_, machine_.name).path, 0755));
    // Of an earlier machine of this name; a stranger to ssh, and not ready.
    add(std::make_unique<step::RemoveFile>(MachineFolder(cluster_, machine_.name).known_hosts()));
    add(std::make_unique<step::RemoveFile>(MachineFolder(cluster_, machine_.name).ready()));
    add(std::make_unique<WriteCbsdJconf>(cluster_, machine_.name));
    add(cbsd({"bcreate", "inter=0", "jconf=" + cbsd_jconf_file(cluster_, machine_.name).string(), "runasap=0"},
             kCreatePatience, CbsdAim::kOff));
    add_seed_step();
    now_.is_ready = false;
  }

  void add_settings() {
    const auto wanted = cbsd_settings(cluster_, machine_, CbsdSeed::kOurs, own_key_);
    if (!wanted) return because(wanted.error().message);
    std::vector<std::string> words{"bset", "jname=" + machine_.name};
    CbsdSettings told = now_.settings.empty() ? *wanted : now_.settings;
    for (const std::string_view name : kChangeable) {
      const std::string then = value_of(*wanted, name);
      const std::string is = actual(name);
      if (then == is) continue;
      because(fmt::format("{}: {} instead of {}{}", spoken(name), spoken(name, then), spoken(name, is),
                          now_.is_on() && name != "astart" ? " from its next start" : ""));
      words.push_back(fmt::format("{}={}", name, then));
      set_value(told, name, then);
    }
    for (const std::string_view name : kFixed) {
      const std::string then = value_of(*wanted, name), is = value_of(told, name);
      if (then == is) continue;
      because(fmt::format("{}: {} instead of {} is not to be had without a new machine", spoken(name),
                          spoken(name, then), spoken(name, is)));
    }
    if (words.size() == 2) return;
    add(cbsd(words, std::chrono::minutes{1}, CbsdAim::kAny));
    add(std::make_unique<step::WriteFile>(cbsd_jconf_file(cluster_, machine_.name),
                                          step::FileState{text_of(cluster_, told), 0600}));
  }

  // What bls says counts; astart it does not say.
  [[nodiscard]] std::string actual(std::string_view name) const {
    if (name == "vm_cpus") return fmt::format("{}", now_.listing->cpus);
    std::string last = value_of(now_.settings, name);
    if (name != "vm_ram") return last;
    const bool same = now_.listing->memory == machine_.memory >> 20 << 20;  // bls counts whole MiB
    return same ? fmt::format("{}", machine_.memory) : fmt::format("{}", now_.listing->memory);
  }

  static std::string spoken(std::string_view name) {
    if (name == "vm_cpus") return "cpus";
    if (name == "vm_ram") return "memory";
    if (name == "imgsize") return "disk";
    if (name == "interface") return "bridge";
    if (name == "vm_os_profile") return "profile";
    return "autostart";
  }
  static std::string spoken(std::string_view name, const std::string& value) {
    if (value.empty()) return "what nobody knows";
    if (name == "astart") return value == "1" ? "true" : "false";
    std::uint64_t bytes = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), bytes);
    const bool is_size = (name == "vm_ram" || name == "imgsize") && error == std::errc{};
    return is_size ? base::byte_size_text(bytes) : value;
  }

  void add_seed() {
    const auto guest = cbsd_guest(cluster_, machine_.name, options_.vip, own_key_, now_.mac);
    if (guest && !own_key_.empty() && now_.seed == cloud_init::seed_of(*guest)) return;
    because(std::string(now_.seed ? "another seed" : "has no seed") + (now_.is_on() ? " from its next start" : ""));
    add_seed_step();
  }

  void add_seed_step() {
    add(std::make_unique<WriteCbsdSeed>(cluster_, machine_.name, options_.vip,
                                        cbsd_seed_folder(state_.folder, machine_.name)));
  }

  void add_power() {
    if (!now_.is_on()) {
      if (now_.listing && !is_stopped_) because("is " + now_.listing->status);
      add(cbsd({"bstart", "inter=0", "jname=" + machine_.name}, kStartPatienceOfCbsd, CbsdAim::kOn));
    } else if (now_.is_ready) {
      return;
    } else {
      because("has not been ready yet");
    }
    add(std::make_unique<WaitForCbsd>(cluster_, machine_.name, options_.ready_patience));
  }

  void add_stop(std::string reason) {
    because(std::move(reason));
    add(cbsd({"bstop", "inter=0", "jname=" + machine_.name}, kStopPatience, CbsdAim::kOff));
    now_.listing->pid = 0;
    is_stopped_ = true;
  }

  [[nodiscard]] std::unique_ptr<step::Step> cbsd(const std::vector<std::string>& words, std::chrono::minutes patience,
                                                 CbsdAim aim) const {
    return std::make_unique<RunCbsd>(machine_.name, cbsd_command(words, patience), aim);
  }
  void add(std::unique_ptr<step::Step> step) { change_.steps.push_back(std::move(step)); }
  void because(std::string reason) { change_.why += (change_.why.empty() ? "" : "; ") + std::move(reason); }

  Change done() {
    if (!change_.steps.empty()) change_.action = now_.listing ? Action::kChange : Action::kCreate;
    return std::move(change_);
  }

  const Cluster& cluster_;
  const Machine& machine_;
  const CbsdState& state_;
  const std::string own_key_ = state_.key.public_line.value_or("");  // "": none yet
  const CbsdOptions& options_;
  CbsdMachineState now_;
  bool is_stopped_ = false;  // by an earlier step
  Change change_;
};

Change removal(const Cluster& cluster, const CbsdMachineState& machine) {
  Change change{.action = Action::kRemove,
                .kind = "machine",
                .name = machine.name,
                .why = "is not in cluster.yaml any more",
                .phase = step::Phase::kMachine,
                .machine = machine.name};
  const std::string jname = "jname=" + machine.name;
  const auto add = [&](const std::vector<std::string>& words, std::chrono::minutes patience, CbsdAim aim) {
    change.steps.push_back(std::make_unique<RunCbsd>(machine.name, cbsd_command(words, patience), aim));
  };
  if (machine.is_on()) add({"bstop", "inter=0", jname}, kStopPatience, CbsdAim::kOff);
  if (machine.is_known) add({"bremove", jname}, kRemovePatience, CbsdAim::kGone);
  change.steps.push_back(std::make_unique<step::RemoveTree>(MachineFolder(cluster, machine.name).path));
  change.steps.push_back(std::make_unique<step::Release>(kMachineKind, machine.name));
  return change;
}

const Machine* machine_called(const Cluster& cluster, const std::string& name) {
  const auto found = std::find_if(cluster.machines.begin(), cluster.machines.end(),
                                  [&](const Machine& one) { return one.name == name; });
  return found == cluster.machines.end() ? nullptr : &*found;
}

}  // namespace

std::vector<Change> plan_cbsd(const Cluster& cluster, const CbsdState& state, const CbsdOptions& options) {
  std::vector<Change> changes;
  if (!cluster.machines.empty()) changes.push_back(plan_key(cluster, state.key));
  for (const Machine& machine : cluster.machines) {
    changes.push_back(CbsdMachinePlan(cluster, machine, state, options).make());
  }
  for (const CbsdMachineState& machine : state.machines) {
    if (machine_called(cluster, machine.name) == nullptr) changes.push_back(removal(cluster, machine));
  }
  if (!cluster.machines.empty() || (state.machines.empty() && state.keys.empty())) return changes;
  for (const step::LedgerEntry& key : state.keys) changes.push_back(plan_key_removal(key));
  changes.push_back(plan_folder_removal(cluster));
  return changes;
}

std::vector<Change> plan_power(const Cluster& cluster, const CbsdState& state, const CbsdOptions& options,
                               PowerWish wish, const std::vector<std::string>& names) {
  std::vector<Change> changes;
  if (wish != PowerWish::kOff) changes.push_back(plan_key(cluster, state.key));
  for (const std::string& name : names) {
    const Machine* const machine = machine_called(cluster, name);
    if (machine == nullptr) continue;
    CbsdMachinePlan plan(cluster, *machine, state, options);
    if (wish == PowerWish::kOn) changes.push_back(plan.make());
    if (wish == PowerWish::kOff) changes.push_back(plan.stop());
    if (wish == PowerWish::kRestart) changes.push_back(plan.restart());
  }
  return changes;
}

std::vector<Change> plan_resize(const Cluster& cluster, const CbsdState& state, const CbsdOptions& options,
                                const std::vector<std::string>& names) {
  std::vector<Change> changes;
  for (const std::string& name : names) {
    const Machine* const machine = machine_called(cluster, name);
    if (machine != nullptr) changes.push_back(CbsdMachinePlan(cluster, *machine, state, options).resize());
  }
  return changes;
}

base::Result<void> check_room(const Cluster& cluster, const CbsdState& state) {
  std::uint64_t memory = 0;
  std::uint64_t disk = 0;
  for (const Machine& machine : cluster.machines) {
    memory += machine.memory;
    const bool exists = std::any_of(state.machines.begin(), state.machines.end(), [&](const CbsdMachineState& one) {
      return one.name == machine.name && one.listing;
    });
    if (!exists) disk += machine.disk;
  }
  if (memory > state.memory) {
    return base::fail(
        "the machines ask for {} of memory, and the host has {}; lower machineDefaults.memory or that of "
        "single machines",
        base::byte_size_text(memory), base::byte_size_text(state.memory));
  }
  if (disk > state.free_disk) {
    return base::fail(
        "the disks of new machines ask for {}, and {} is free where CBSD keeps them ({}); lower "
        "machineDefaults.disk or make room",
        base::byte_size_text(disk), base::byte_size_text(state.free_disk), state.folder.string());
  }
  return {};
}

}  // namespace provisioner::hypervisor
