#include "provisioner/access/ssh.h"

#include "provisioner/step/shell_text.h"

namespace provisioner::access {
namespace {

// A shell on the machine reads what ssh is given, as one line.
std::string shell_line(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + step::shell_word(word);
  return line;
}

}  // namespace

std::filesystem::path key_file(const cluster::Cluster& cluster) {
  if (!cluster.access.key_file.empty()) return cluster.access.key_file;
  return std::filesystem::path(cluster.hypervisor.folder) / "ssh" / "id_ed25519";
}

std::filesystem::path known_hosts(const cluster::Cluster& cluster, const cluster::Machine& machine) {
  return std::filesystem::path(cluster.hypervisor.folder) / "machines" / machine.name / "known_hosts";
}

// The keep-alive ends what a machine left hanging, a minute after it vanished.
std::vector<std::string> ssh_argv(const cluster::Cluster& cluster, const cluster::Machine& machine,
                                  const std::vector<std::string>& remote) {
  std::vector<std::string> argv{"ssh", "-F", "/dev/null", "-i", key_file(cluster).string()};
  for (const std::string& option :
       {std::string("IdentitiesOnly=yes"), std::string("BatchMode=yes"),
        std::string("StrictHostKeyChecking=accept-new"), "UserKnownHostsFile=" + known_hosts(cluster, machine).string(),
        std::string("ConnectTimeout=10"), std::string("ServerAliveInterval=15"), std::string("ServerAliveCountMax=4"),
        std::string("LogLevel=ERROR")}) {
    argv.insert(argv.end(), {"-o", option});
  }
  argv.insert(argv.end(), {"-l", cluster.access.user, "--", machine.address.to_string()});
  if (!remote.empty()) argv.push_back(shell_line(remote));
  return argv;
}

// `sh -s` runs line by line as it reads; within braces it has to read to the last one first. What the script's commands
// read is not the rest of the script.
step::Command root_script(const cluster::Cluster& cluster, const cluster::Machine& machine, const std::string& script,
                          std::chrono::milliseconds timeout) {
  return {.argv = ssh_argv(cluster, machine, {"sudo", "-n", "sh", "-s"}),
          .input = "{\n" + script + "exit\n} </dev/null\n",
          .timeout = timeout};
}

}  // namespace provisioner::access
