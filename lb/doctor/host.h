// Host: all that doctor asks of this machine and of the network, so that judgements need neither. SystemHost is the one
// that asks; tests have one that answers. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lb/net/address_claim.h"
#include "lb/net/probe.h"
#include "lb/net/tls_session.h"
#include "lib/base/ip_address.h"
#include "lib/base/result.h"
#include "lib/base/socket_address.h"
#include "lib/cluster/cluster.h"

namespace lb::doctor {

enum class System { kLinux, kFreeBsd };

// Where to go, and what to ask for there.
struct Call {
  base::SocketAddress address;
  std::string server_name;  // SNI and Host; "": the address
  std::string path;
};

// How far a visitor without credentials gets, who believes every certificate. Each error ends the visit.
struct Visit {
  std::string connect_error;  // "" in these: it went well
  std::string tls_error;
  std::optional<net::PeerCertificate> certificate;
  std::string answer_error;
  unsigned status = 0;  // of the answer
};

// What could be seen of the daemon that serves a control socket.
struct DaemonSeen {
  int error = 0;                               // errno of connecting; 0: somebody accepts
  std::optional<std::uint64_t> descriptors{};  // how many it may open; nothing where that cannot be seen
};

class Host {
 public:
  virtual ~Host() = default;

  [[nodiscard]] virtual System system() const = 0;
  [[nodiscard]] virtual std::chrono::system_clock::time_point now() const = 0;
  [[nodiscard]] virtual unsigned cores() const = 0;
  // RLIMIT_NOFILE of this process, the hard one.
  [[nodiscard]] virtual std::uint64_t descriptor_limit() const = 0;
  // By sysctl's name; nothing where there is none.
  [[nodiscard]] virtual std::optional<std::string> setting(const std::string& name) const = 0;
  [[nodiscard]] virtual std::vector<base::IpAddress> addresses() const = 0;
  [[nodiscard]] virtual net::AddressClaim who_else_has(const base::IpAddress& address) = 0;
  // In the order of the calls.
  [[nodiscard]] virtual std::vector<Visit> visit(const std::vector<Call>& calls) = 0;
  // What the listener's own checks say of its backends, in their order. An error: they cannot be made, and why.
  [[nodiscard]] virtual base::Result<std::vector<net::ProbeResult>> check(const cluster::Listener& listener) = 0;
  // By its control socket.
  [[nodiscard]] virtual DaemonSeen look_at_daemon(const std::string& socket) = 0;
  // The words of the command line of each process of this name that can be seen.
  [[nodiscard]] virtual std::vector<std::vector<std::string>> processes(const std::string& name) const = 0;
};

}  // namespace lb::doctor
