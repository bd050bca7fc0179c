// EtcdCluster: three members of a real etcd (Debian's etcd-server) on loopback, TLS on every wire, certificates of our
// own PKI. A member can be killed and started again with its data. Owns the processes and the folder. One thread; put()
// and get_all() of EtcdClient may be called by many.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/socket_address.h"
#include "lib/base/subprocess.h"
#include "tests/support/programs.h"

namespace tests::support {

// etcdctl against one address, a process a call, so also a connection a call.
class EtcdClient {
 public:
  EtcdClient(const base::SocketAddress& address, CertificateFiles files)
      : address_(address), files_(std::move(files)) {}

  // An error also when etcd was not available or did not answer in time: then the key may have been written or not.
  [[nodiscard]] base::Result<void> put(const std::string& key, const std::string& value) const;
  [[nodiscard]] base::Result<std::map<std::string, std::string>> get_all(const std::string& prefix) const;
  // Nothing: this member is not the leader.
  [[nodiscard]] base::Result<bool> is_leader() const;
  [[nodiscard]] base::Result<void> check_health() const;

 private:
  [[nodiscard]] base::Result<std::string> run(std::vector<std::string> words) const;

  base::SocketAddress address_;
  CertificateFiles files_;
};

class EtcdCluster {
 public:
  // `machines`: one IP address a member; kubernetes.pem in `files` has to cover them.
  EtcdCluster(const std::vector<std::string>& machines, CertificateFiles files, std::filesystem::path folder);

  // The member has certificates of its own from its next start on; `files` above stay those of clients.
  void give_files(std::size_t index, CertificateFiles files) { members_.at(index).files = std::move(files); }
  [[nodiscard]] base::Result<void> start(std::size_t index);
  // SIGKILL; its port refuses once this returns.
  void kill(std::size_t index);
  [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }
  [[nodiscard]] base::SocketAddress address(std::size_t index) const { return members_.at(index).client; }
  [[nodiscard]] EtcdClient client_of(std::size_t index) const { return {address(index), files_}; }
  // Waits until every member answers that it is healthy; an error quotes the log of the one that is not.
  [[nodiscard]] base::Result<void> wait_until_healthy(std::chrono::milliseconds patience) const;
  [[nodiscard]] base::Result<std::size_t> leader() const;

 private:
  struct Member {
    std::string name;
    base::SocketAddress client;
    base::SocketAddress peer;
    std::optional<base::Subprocess> process;
    CertificateFiles files;
  };

  [[nodiscard]] std::string initial_cluster() const;
  [[nodiscard]] std::filesystem::path log_of(const Member& member) const { return folder_ / (member.name + ".log"); }

  CertificateFiles files_;
  std::filesystem::path folder_;
  std::vector<Member> members_;
};

}  // namespace tests::support
