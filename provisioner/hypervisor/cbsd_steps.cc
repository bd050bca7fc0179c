#include "provisioner/hypervisor/cbsd_steps.h"

#include <algorithm>

#include "lib/base/duration.h"
#include "provisioner/access/ssh.h"
#include "provisioner/cloud_init/seed.h"
#include "provisioner/hypervisor/cbsd.h"
#include "provisioner/hypervisor/machine_folder.h"
#include "provisioner/hypervisor/observe_cbsd.h"
#include "provisioner/hypervisor/ssh_key.h"
#include "provisioner/step/shell_text.h"

namespace provisioner::hypervisor {
namespace {

using cluster::Cluster;
using cluster::Machine;

constexpr mode_t kJconfMode = 0600;
constexpr mode_t kCbsdSeedMode = 0644;
constexpr std::chrono::seconds kAskAgainAfter{2};
constexpr std::chrono::seconds kAnswerPatience{30};
constexpr int kNoConnection = 255;  // ssh(1): its own exit code; every other one is the command's
constexpr const char* kKeyToCome = "ssh-ed25519 KEY-OF-THE-PROVISIONER";
constexpr const char* kMacToCome = "00:a0:98:00:00:00";

const Machine& machine_named(const Cluster& cluster, const std::string& name) {
  return *std::find_if(cluster.machines.begin(), cluster.machines.end(),
                       [&](const Machine& one) { return one.name == name; });
}

base::Result<std::string> public_key(step::Host& host, const Cluster& cluster) {
  auto key = observe_key(host, cluster);
  if (!key) return base::Failure(key.error());
  return key->public_line.value_or("");
}

}  // namespace

base::Result<cloud_init::Guest> cbsd_guest(const Cluster& cluster, const std::string& machine,
                                           cloud_init::VipHolder vip, const std::string& own_key,
                                           const std::string& mac) {
  auto guest = cloud_init::guest_of(cluster, machine_named(cluster, machine), {.own_key = own_key, .vip = vip});
  if (guest) guest->mac = mac;
  return guest;
}

base::Result<std::string> WriteCbsdJconf::text(const std::string& own_key) const {
  return cbsd_jconf(cluster_, machine_named(cluster_, machine_), CbsdSeed::kOurs, own_key);
}

std::string WriteCbsdJconf::print() const {
  const auto made = text(kKeyToCome);
  if (!made) return "# " + made.error().message;
  return step::shell_text(cbsd_jconf_file(cluster_, machine_), {*made, kJconfMode});
}

base::Result<void> WriteCbsdJconf::carry_out(step::Workplace& place) {
  const auto key = public_key(place.host(), cluster_);
  if (!key) return base::Failure(key.error());
  auto made = text(*key);
  if (!made) return base::Failure(made.error());
  return place.host().write(cbsd_jconf_file(cluster_, machine_), {std::move(*made), kJconfMode});
}

std::string WriteCbsdSeed::print() const {
  const auto guest = cbsd_guest(cluster_, machine_, vip_, kKeyToCome, kMacToCome);
  if (!guest) return "# " + guest.error().message;
  std::string text = fmt::format("# put the address that `cbsd bhyve-nic-list` tells in the place of {}\nmkdir -p {}",
                                 kMacToCome, step::shell_word(folder_.string()));
  for (const cloud_init::NamedText& file : cloud_init::files_of(cloud_init::seed_of(*guest))) {
    text += "\n" + step::shell_text(folder_ / file.name, {file.text, kCbsdSeedMode});
  }
  return text;
}

base::Result<void> WriteCbsdSeed::carry_out(step::Workplace& place) {
  place.tell("seed");
  step::Host& host = place.host();
  const auto key = public_key(host, cluster_);
  if (!key) return base::Failure(key.error());
  const auto mac = cbsd_mac(host, machine_);
  if (!mac) return base::Failure(mac.error());
  const auto guest = cbsd_guest(cluster_, machine_, vip_, *key, *mac);
  if (!guest) return base::Failure(guest.error());
  if (auto made = host.make_folder(folder_, 0755); !made) return made;
  for (cloud_init::NamedText& file : cloud_init::files_of(cloud_init::seed_of(*guest))) {
    if (auto written = host.write(folder_ / file.name, {std::move(file.text), kCbsdSeedMode}); !written) return written;
  }
  return {};
}

std::vector<std::string> WaitForCbsd::question() const {
  return access::ssh_command(cluster_, machine_named(cluster_, machine_), {kAskCloudInit});
}

std::string WaitForCbsd::print() const {
  return fmt::format("# wait at most {} until this says: done\n{}", base::duration_text(patience_),
                     step::shell_text(step::Command{question()}));
}

base::Result<void> WaitForCbsd::carry_out(step::Workplace& place) {
  place.tell("boot");
  const auto deadline = place.host().now() + patience_;
  while (true) {
    const auto verdict = look(place);
    if (!verdict) return base::Failure(verdict.error());
    if (*verdict == Verdict::kReady) return place.host().write(MachineFolder(cluster_, machine_).ready(), {"", 0644});
    if (place.host().now() >= deadline) {
      return base::fail("{} is not ready after {}: {}; look at its console by cbsd blogin {}", machine_,
                        base::duration_text(patience_), heard_.empty() ? "nobody answers" : heard_, machine_);
    }
    if (!step::rest(place, kAskAgainAfter)) {
      return base::fail("interrupted while {} was booting; it goes on by itself", machine_);
    }
  }
}

base::Result<WaitForCbsd::Verdict> WaitForCbsd::look(step::Workplace& place) {
  const auto listings = list_cbsd(place.host());
  if (!listings) return base::Failure(listings.error());
  const bool is_on = std::any_of(listings->begin(), listings->end(),
                                 [&](const CbsdListing& one) { return one.name == machine_ && one.is_on(); });
  if (!is_on)
    return base::fail("{} has gone off while it was booting; start it again, and look by cbsd blogin {}", machine_,
                      machine_);
  const auto answer = place.host().run({.argv = question(), .timeout = kAnswerPatience});
  if (!answer || answer->status == base::ExitStatus{base::ExitStatus::Kind::kExited, kNoConnection}) {
    const std::string said = answer ? answer->err : answer.error().message;
    heard_ = "ssh says: " + said.substr(0, said.find('\n'));
    return Verdict::kNotYet;
  }
  return judge(read_cloud_init_status(answer->out), place);
}

base::Result<WaitForCbsd::Verdict> WaitForCbsd::judge(const CloudInitStatus& status, step::Workplace& place) const {
  switch (status.state) {
    case CloudInitStatus::State::kDone:
      if (!status.detail.empty()) place.tell("ready, but cloud-init says: " + status.detail);
      return Verdict::kReady;
    case CloudInitStatus::State::kFailed:
      return base::fail("cloud-init has failed in {}: {}", machine_,
                        status.detail.empty() ? "see /var/log/cloud-init.log there" : status.detail);
    case CloudInitStatus::State::kDisabled:
      return base::fail("cloud-init is disabled in {}, or did not find the seed", machine_);
    case CloudInitStatus::State::kRunning:
    case CloudInitStatus::State::kUnknown:
      break;
  }
  place.tell("cloud-init");
  return Verdict::kNotYet;
}

}  // namespace provisioner::hypervisor
