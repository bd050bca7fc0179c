// SystemHost: this machine and its network, as they are. One thread, which it blocks while it asks; visits are made by
// threads of its own.
#pragma once

#include "lb/doctor/host.h"

namespace lb::doctor {

class SystemHost final : public Host {
 public:
  [[nodiscard]] System system() const override;
  [[nodiscard]] std::chrono::system_clock::time_point now() const override { return std::chrono::system_clock::now(); }
  [[nodiscard]] unsigned cores() const override;
  [[nodiscard]] std::uint64_t descriptor_limit() const override;
  [[nodiscard]] std::optional<std::string> setting(const std::string& name) const override;
  [[nodiscard]] std::vector<base::IpAddress> addresses() const override;
  [[nodiscard]] net::AddressClaim who_else_has(const base::IpAddress& address) override;
  [[nodiscard]] std::vector<Visit> visit(const std::vector<Call>& calls) override;
  [[nodiscard]] base::Result<std::vector<net::ProbeResult>> check(const cluster::Listener& listener) override;
  [[nodiscard]] DaemonSeen look_at_daemon(const std::string& socket) override;
  [[nodiscard]] std::vector<std::vector<std::string>> processes(const std::string& name) const override;
};

}  // namespace lb::doctor
