#include "tests/support/etcd_cluster.h"

#include "lib/base/file_system.h"
#include "tests/support/tcp.h"

namespace tests::support {
namespace {

using base::fail;
using base::Failure;
using base::Result;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kCommand{15'000};  // one etcdctl; it gives up by itself after --command-timeout

std::string url_of(const base::SocketAddress& address) {
  return "https://" + address.to_string();
}

}  // namespace

Result<std::string> EtcdClient::run(std::vector<std::string> words) const {
  std::vector<std::string> argv{"etcdctl",
                                "--endpoints=" + url_of(address_),
                                "--dial-timeout=3s",
                                "--command-timeout=5s",
                                "--cacert",
                                files_.ca().string(),
                                "--cert",
                                files_.admin().string(),
                                "--key",
                                files_.admin_key().string()};
  argv.insert(argv.end(), words.begin(), words.end());
  base::SubprocessOptions options;
  options.environment = {{"ETCDCTL_API", "3"}};
  const auto output = base::run_captured(argv, options, kCommand);
  if (!output) return Failure(output.error());
  if (!output->status.ok()) return fail("etcdctl {}: {}", words.front(), output->err);
  return output->out;
}

Result<void> EtcdClient::put(const std::string& key, const std::string& value) const {
  const auto answer = run({"put", key, value});
  if (!answer) return Failure(answer.error());
  if (*answer != "OK\n") return fail("etcdctl put: {}", *answer);
  return {};
}

Result<std::map<std::string, std::string>> EtcdClient::get_all(const std::string& prefix) const {
  const auto answer = run({"get", "--prefix", prefix});  // key and value, a line each
  if (!answer) return Failure(answer.error());
  std::map<std::string, std::string> pairs;
  std::size_t from = 0;
  while (from < answer->size()) {
    const auto key_end = answer->find('\n', from);
    const auto value_end = answer->find('\n', key_end + 1);
    if (key_end == std::string::npos || value_end == std::string::npos) return fail("etcdctl get: cut short");
    pairs[answer->substr(from, key_end - from)] = answer->substr(key_end + 1, value_end - key_end - 1);
    from = value_end + 1;
  }
  return pairs;
}

Result<bool> EtcdClient::is_leader() const {
  // "URL, id, version, size, is leader, is learner, term, ..."
  const auto answer = run({"endpoint", "status"});
  if (!answer) return Failure(answer.error());
  std::size_t comma = 0;
  for (int i = 0; i < 4 && comma != std::string::npos; ++i) comma = answer->find(", ", comma + 1);
  if (comma == std::string::npos) return fail("etcdctl endpoint status: {}", *answer);
  return answer->compare(comma, 6, ", true") == 0;
}

Result<void> EtcdClient::check_health() const {
  const auto answer = run({"endpoint", "health"});
  if (!answer) return Failure(answer.error());
  return {};
}

EtcdCluster::EtcdCluster(const std::vector<std::string>& machines, CertificateFiles files, std::filesystem::path folder)
    : files_(std::move(files)), folder_(std::move(folder)) {
  for (const std::string& machine : machines) {
    const std::string name = "etcd-" + std::to_string(members_.size());
    members_.push_back({name, free_address(machine), free_address(machine), std::nullopt, files_});
  }
}

std::string EtcdCluster::initial_cluster() const {
  std::string text;
  for (const Member& member : members_) {
    text += (text.empty() ? "" : ",") + member.name + "=" + url_of(member.peer);
  }
  return text;
}

Result<void> EtcdCluster::start(std::size_t index) {
  Member& member = members_.at(index);
  const std::string certificate = member.files.server().string();
  const std::string key = member.files.server_key().string();
  const std::string ca = member.files.ca().string();
  base::SubprocessOptions options;
  options.out = base::AppendTo{log_of(member)};
  options.err = base::AppendTo{log_of(member)};
  options.on_parent_death = base::OnParentDeath::kDie;
  auto process = base::Subprocess::start({"etcd",
                                          "--name",
                                          member.name,
                                          "--data-dir",
                                          (folder_ / member.name).string(),
                                          "--listen-client-urls",
                                          url_of(member.client),
                                          "--advertise-client-urls",
                                          url_of(member.client),
                                          "--listen-peer-urls",
                                          url_of(member.peer),
                                          "--initial-advertise-peer-urls",
                                          url_of(member.peer),
                                          "--initial-cluster",
                                          initial_cluster(),
                                          "--initial-cluster-token",
                                          "keepstate-test",
                                          "--client-cert-auth",
                                          "--trusted-ca-file",
                                          ca,
                                          "--cert-file",
                                          certificate,
                                          "--key-file",
                                          key,
                                          "--peer-client-cert-auth",
                                          "--peer-trusted-ca-file",
                                          ca,
                                          "--peer-cert-file",
                                          certificate,
                                          "--peer-key-file",
                                          key},
                                         options);
  if (!process) return Failure(process.error());
  member.process = std::move(*process);
  return {};
}

void EtcdCluster::kill(std::size_t index) {
  members_.at(index).process.reset();
}

Result<void> EtcdCluster::wait_until_healthy(milliseconds patience) const {
  const auto deadline = steady_clock::now() + patience;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    auto healthy = client_of(i).check_health();
    while (!healthy && steady_clock::now() < deadline) healthy = client_of(i).check_health();
    if (!healthy) {
      return fail("{} is not healthy: {}\n{}", members_[i].name, healthy.error().message,
                  last_lines(log_of(members_[i])));
    }
  }
  return {};
}

Result<std::size_t> EtcdCluster::leader() const {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const auto leads = client_of(i).is_leader();
    if (!leads) return Failure(leads.error());
    if (*leads) return i;
  }
  return fail("no member of etcd says that it leads");
}

}  // namespace tests::support
