#include "provisioner/hypervisor/ssh_access.h"

#include "provisioner/hypervisor/machine_folder.h"
#include "provisioner/step/steps.h"

namespace provisioner::hypervisor {
namespace {

namespace fs = std::filesystem;
using step::Command;

fs::path public_file(const cluster::Cluster& cluster) {
  return key_file(cluster).string() + ".pub";
}

// ssh-keygen shows the public half; the step writes it. Only where somebody has lost that file.
class WritePublicKey final : public step::Step {
 public:
  explicit WritePublicKey(fs::path key) : key_(std::move(key)) {}
  [[nodiscard]] std::string print() const override {
    return fmt::format("ssh-keygen -y -f {0} > {0}.pub", key_.string());
  }
  [[nodiscard]] base::Result<void> carry_out(step::Workplace& place) override {
    auto line = step::output_of(place.host(), {{"ssh-keygen", "-y", "-f", key_.string()}});
    if (!line) return base::Failure(line.error());
    return place.host().write(key_.string() + ".pub", {std::move(*line), 0644});
  }

 private:
  fs::path key_;
};

}  // namespace

fs::path key_file(const cluster::Cluster& cluster) {
  if (!cluster.access.key_file.empty()) return cluster.access.key_file;
  return ClusterFolder(cluster).ssh() / "id_ed25519";
}

base::Result<KeyState> observe_key(step::Host& host, const cluster::Cluster& cluster) {
  KeyState state;
  state.has_private = host.exists(key_file(cluster));
  const auto file = host.read(public_file(cluster));
  if (!file) return base::Failure(file.error());
  if (*file) state.public_line = (*file)->content.substr(0, (*file)->content.find('\n'));
  if (cluster.access.key_file.empty() || (state.has_private && state.public_line)) return state;
  return base::fail(
      "spec.access.keyFile: {} is missing; make a pair by ssh-keygen -t ed25519 -f {}, or remove the key "
      "from cluster.yaml and have one made",
      state.has_private ? public_file(cluster).string() : cluster.access.key_file, cluster.access.key_file);
}

step::Steps steps_to_make_key(const cluster::Cluster& cluster, const KeyState& state) {
  step::Steps steps;
  if (!cluster.access.key_file.empty() || (state.has_private && state.public_line)) return steps;
  const fs::path key = key_file(cluster);
  if (state.has_private) {
    steps.push_back(std::make_unique<WritePublicKey>(key));
    return steps;
  }
  steps.push_back(std::make_unique<step::MakeFolder>(key.parent_path(), 0700));
  steps.push_back(
      std::make_unique<step::RunCommand>(Command{{"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C",
                                                  "keepstate-provisioner@" + cluster.name, "-f", key.string()}}));
  return steps;
}

std::vector<SshOption> ssh_options(const cluster::Cluster& cluster, const cluster::Machine& machine) {
  return {{"User", cluster.access.user},
          {"IdentityFile", key_file(cluster).string()},
          {"IdentitiesOnly", "yes"},
          {"BatchMode", "yes"},
          {"HostKeyAlias", machine.name},
          {"UserKnownHostsFile", MachineFolder(cluster, machine.name).known_hosts().string()},
          {"GlobalKnownHostsFile", "none"},
          {"StrictHostKeyChecking", "accept-new"},
          {"HashKnownHosts", "no"},
          {"ConnectTimeout", "20"},  // an emulated machine takes some seconds until its sshd says who it is
          {"ServerAliveInterval", "10"},
          {"ServerAliveCountMax", "3"},
          {"LogLevel", "ERROR"}};
}

std::vector<std::string> ssh_command(const cluster::Cluster& cluster, const cluster::Machine& machine,
                                     const std::vector<std::string>& words) {
  std::vector<std::string> argv{"ssh", "-F", "none"};
  for (const SshOption& option : ssh_options(cluster, machine)) {
    argv.insert(argv.end(), {"-o", option.name + "=" + option.value});
  }
  argv.push_back(machine.address.to_string());
  argv.insert(argv.end(), words.begin(), words.end());
  return argv;
}

}  // namespace provisioner::hypervisor
