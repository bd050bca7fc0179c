#include "lb/doctor/judge_times.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace lb::doctor {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

// client-go asks by an HTTP/2 ping after 30 s of silence, and gives it 15 s.
constexpr milliseconds kPingOfClients = 30s;
constexpr milliseconds kPingIsLost = 45s;
constexpr milliseconds kLongIdle = 1h;
// Go's http.DefaultTransport.TLSHandshakeTimeout, and what of it the server and the network may take.
constexpr milliseconds kHandshakeOfClients = 10s;
constexpr milliseconds kForTheServer = 2s;
// All tries of a session together have this, or one timeouts.connect where that is longer (docs/ARCHITECTURE.md).
constexpr milliseconds kAllTries = 6s;

constexpr std::string_view kGoawayFlag = "--goaway-chance";

double seconds(milliseconds time) {
  return std::chrono::duration<double>(time).count();
}

std::string goaway_of(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word.starts_with(kGoawayFlag) && word.size() > kGoawayFlag.size() && word[kGoawayFlag.size()] == '=') {
      return std::string(word.substr(kGoawayFlag.size() + 1));
    }
    if (word == kGoawayFlag && i + 1 < words.size()) return words[i + 1];
  }
  return "0";
}

}  // namespace

Finding judge_idle(const cluster::Listener& listener) {
  const milliseconds idle = listener.timeouts.idle;
  const std::string has = fmt::format("listener '{}': timeouts.idle is {:g} s", listener.name, seconds(idle));
  if (idle >= kLongIdle) return fine("idle", has);
  const char* const remedy =
      "timeouts: {idle: 1h} for the listener in the file; lb's own keepalive finds dead peers long before";
  if (idle > kPingIsLost) {
    return warning("idle",
                   fmt::format("{}: enough for clients that ping every {:g} s as client-go does, but kubectl exec, "
                               "port-forward and clients over HTTP/1 are cut while they are quiet",
                               has, seconds(kPingOfClients)),
                   remedy);
  }
  return problem("idle",
                 fmt::format("{}, and clients ping after {:g} s of silence at the earliest: watches are cut", has,
                             seconds(kPingOfClients)),
                 remedy);
}

Finding judge_deadline(const cluster::Listener& listener) {
  const milliseconds connect = listener.timeouts.connect;
  const milliseconds worst = std::min(connect * (listener.retries + 1), std::max(kAllTries, connect));
  const std::string has =
      fmt::format("listener '{}': a client waits {:g} s for a backend at most ({:g} s a try, {} tries)", listener.name,
                  seconds(worst), seconds(connect), listener.retries + 1);
  if (worst <= kHandshakeOfClients - kForTheServer) return fine("deadline", has);
  return problem("deadline",
                 fmt::format("{}, but Go's clients give up a TLS handshake after {:g} s, so the last tries are "
                             "made for nobody",
                             has, seconds(kHandshakeOfClients)),
                 "timeouts: {connect: 2s} for the listener in the file");
}

Finding judge_goaway(const std::vector<std::vector<std::string>>& api_servers, std::size_t backends) {
  const char* const remedy =
      "on each control-plane machine: grep goaway-chance /etc/kubernetes/manifests/kube-apiserver.yaml, and add "
      "--goaway-chance=0.001, so that clients spread again after a restart";
  if (backends < 2) return fine("goaway", "no listener has several API servers, so clients have nowhere to spread");
  if (api_servers.empty()) {
    return skipped("goaway", "--goaway-chance cannot be seen from outside, and no kube-apiserver runs on this host",
                   remedy);
  }
  std::vector<std::string> chances;
  for (const auto& words : api_servers) chances.push_back(goaway_of(words));
  const auto is_none = [](const std::string& chance) { return chance.find_first_not_of("0.") == std::string::npos; };
  const auto without = std::ranges::count_if(chances, is_none);
  if (without == 0) {
    return fine("goaway", fmt::format("kube-apiserver on this host has --goaway-chance={}", fmt::join(chances, ", ")));
  }
  const std::string who = chances.size() == 1
                              ? "kube-apiserver on this host has"
                              : fmt::format("{} of {} kube-apiservers on this host have", without, chances.size());
  return warning("goaway", who + " no --goaway-chance: after a restart of one, clients stay where they went meanwhile",
                 remedy);
}

}  // namespace lb::doctor
