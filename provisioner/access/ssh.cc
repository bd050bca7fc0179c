#include "provisioner/access/ssh.h"

#include "provisioner/step/shell_text.h"

namespace provisioner::access {

std::filesystem::path key_file(const cluster::Cluster& cluster) {
  if (!cluster.access.key_file.empty()) return cluster.access.key_file;
  return std::filesystem::path(cluster.hypervisor.folder) / "ssh" / "id_ed25519";
}

std::filesystem::path known_hosts(const cluster::Cluster& cluster, const cluster::Machine& machine) {
  return std::filesystem::path(cluster.hypervisor.folder) / "machines" / machine.name / "known_hosts";
}

std::vector<SshOption> ssh_options(const cluster::Cluster& cluster, const cluster::Machine& machine) {
  return {{"User", cluster.access.user},
          {"IdentityFile", key_file(cluster).string()},
          {"IdentitiesOnly", "yes"},
          {"BatchMode", "yes"},
          {"HostKeyAlias", machine.name},
          {"UserKnownHostsFile", known_hosts(cluster, machine).string()},
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

// `sh -s` runs line by line as it reads; within braces it has to read to the last one first. What the script's commands
// read is not the rest of the script.
step::Command root_script(const cluster::Cluster& cluster, const cluster::Machine& machine, const std::string& script,
                          std::chrono::milliseconds timeout) {
  return {.argv = ssh_command(cluster, machine, {"sudo", "-n", "sh", "-s"}),
          .input = "{\n" + script + "exit\n} </dev/null\n",
          .timeout = timeout};
}

step::Command root_reader(const cluster::Cluster& cluster, const cluster::Machine& machine, const std::string& script,
                          std::chrono::milliseconds timeout) {
  return {.argv = ssh_command(cluster, machine, {"sudo", "-n", "sh", "-c", step::shell_word(script)}),
          .timeout = timeout};
}

}  // namespace provisioner::access
