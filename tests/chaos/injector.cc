#include "tests/chaos/injector.h"

#include <csignal>

namespace tests::chaos {
namespace {

constexpr int kOk = 200;
constexpr int kNotReady = 500;

}  // namespace

base::Result<void> Injector::begin(FaultKind kind, std::size_t server) {
  switch (kind) {
    case FaultKind::kKill:
      return servers_.kill(server);
    case FaultKind::kStop:
      return servers_.send_signal(server, SIGSTOP);
    case FaultKind::kLinkDown:
      return network_.pull_cable(server);
    case FaultKind::kDrop:
      return network_.drop(server);
    case FaultKind::kReset:
      return network_.reset(server);
    case FaultKind::kSlow:
      return servers_.send_signal(server, SIGUSR1);
    case FaultKind::kGarbage:
      return servers_.send_signal(server, SIGUSR2);
    case FaultKind::kQuorumLost:
      return servers_.set_ready_status(kNotReady);
    case FaultKind::kLoss:
      return network_.lose_some();
  }
  return {};
}

base::Result<void> Injector::end(FaultKind kind, std::size_t server) {
  switch (kind) {
    case FaultKind::kKill:
      return servers_.start_again(server);
    case FaultKind::kStop:
      return servers_.send_signal(server, SIGCONT);
    case FaultKind::kLinkDown:
      return network_.plug_cable(server);
    case FaultKind::kSlow:
    case FaultKind::kGarbage:
      return servers_.send_signal(server, SIGHUP);
    case FaultKind::kQuorumLost:
      return servers_.set_ready_status(kOk);
    case FaultKind::kDrop:
    case FaultKind::kReset:
    case FaultKind::kLoss:
      return network_.let_pass();
  }
  return {};
}

}  // namespace tests::chaos
