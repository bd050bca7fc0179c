#include "tests/chaos/network.h"

#include <fmt/ranges.h>

#include <array>
#include <stdexcept>

#include "lib/base/subprocess.h"

namespace tests::chaos {
namespace {

using base::fail;
using base::Failure;
using base::Result;

constexpr const char* kBridge = "chaos";
constexpr const char* kHostIp = "10.99.0.1";
constexpr std::array kServerIps{"10.99.0.11", "10.99.0.12", "10.99.0.13"};
constexpr const char* kClientsIp = "10.99.0.100";
constexpr const char* kMask = "24";
constexpr std::uint16_t kApiPort = 6443;
constexpr std::uint16_t kAdminPort = 9440;

base::SocketAddress at(const char* ip, std::uint16_t port) {
  return {*base::IpAddress::parse(ip), port};
}

Result<void> run(const std::vector<std::string>& words) {
  const auto done = base::run_captured(words);
  if (!done) return Failure(done.error());
  if (done->status.ok()) return {};
  return fail("'{}' failed: {}: {}", fmt::join(words, " "), done->status.to_string(), done->err);
}

Result<void> run_all(const std::vector<std::vector<std::string>>& lines) {
  for (const auto& words : lines) {
    if (auto done = run(words); !done) return done;
  }
  return {};
}

// A firewall of one rule for what comes in, in the network of the calling thread. One call of nft, so that it is all
// there at one moment.
Result<void> filter_input(const std::string& rule) {
  return run({"nft", fmt::format("add table inet chaos; "
                                 "add chain inet chaos in {{ type filter hook input priority 0; }}; "
                                 "add rule inet chaos in {}",
                                 rule)});
}

}  // namespace

base::SocketAddress Network::vip() {
  return at(kHostIp, kApiPort);
}

base::SocketAddress Network::admin() {
  return at("127.0.0.1", kAdminPort);
}

base::SocketAddress Network::address_of_server(std::size_t i) {
  return at(kServerIps.at(i), kApiPort);
}

Result<Network> Network::make() {
  if (!support::may_have_own_network()) return fail("network namespaces are needed; run it on Linux and as root");
  try {
    Network network;
    support::NetworkNamespace::make().enter();
    if (auto made = make_host(); !made) return Failure(made.error());
    for (std::size_t i = 0; i < kServers; ++i) {
      if (auto made = network.connect_node(fmt::format("port{}", i), kServerIps.at(i)); !made)
        return Failure(made.error());
    }
    if (auto made = network.connect_node("port-clients", kClientsIp); !made) return Failure(made.error());
    return network;
  } catch (const std::runtime_error& error) {
    return fail("cannot make the network: {}", error.what());
  }
}

Result<void> Network::make_host() {
  return run_all({{"ip", "link", "add", kBridge, "type", "bridge"},
                  {"ip", "addr", "add", fmt::format("{}/{}", kHostIp, kMask), "dev", kBridge},
                  {"ip", "link", "set", kBridge, "up"}});
}

Result<void> Network::connect_node(const std::string& port, const std::string& ip) {
  Node node{port, ip, support::NetworkNamespace::make()};
  auto done = run_all({{"ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", node.space.path()},
                       {"ip", "link", "set", port, "master", kBridge, "up"}});
  if (!done) return done;
  {
    const support::Visit visit(node.space);
    done = run_all(
        {{"ip", "addr", "add", fmt::format("{}/{}", ip, kMask), "dev", "eth0"}, {"ip", "link", "set", "eth0", "up"}});
  }
  nodes_.push_back(std::move(node));
  return done;
}

Result<void> Network::pull_cable(std::size_t server) const {
  return run({"ip", "link", "set", nodes_.at(server).port, "down"});
}

Result<void> Network::plug_cable(std::size_t server) const {
  return run({"ip", "link", "set", nodes_.at(server).port, "up"});
}

// On both sides only what comes in is filtered: of a packet that is dropped while it goes out, the sender is told.
Result<void> Network::drop(std::size_t server) const {
  if (auto done = filter_input(fmt::format("ip saddr {} drop", nodes_.at(server).ip)); !done) return done;
  const support::Visit visit(nodes_.at(server).space);
  return filter_input("drop");
}

Result<void> Network::reset(std::size_t server) const {
  const support::Visit visit(nodes_.at(server).space);
  return filter_input("meta l4proto tcp reject with tcp reset");
}

Result<void> Network::lose_some() const {
  const char* const rule = "iifname != lo numgen random mod 100 < 2 drop";
  if (auto done = filter_input(rule); !done) return done;
  for (const Node& node : nodes_) {
    const support::Visit visit(node.space);
    if (auto done = filter_input(rule); !done) return done;
  }
  return {};
}

Result<void> Network::let_pass() const {
  const std::vector<std::string> flush{"nft", "flush", "ruleset"};
  if (auto done = run(flush); !done) return done;
  for (const Node& node : nodes_) {
    const support::Visit visit(node.space);
    if (auto done = run(flush); !done) return done;
  }
  return {};
}

}  // namespace tests::chaos
