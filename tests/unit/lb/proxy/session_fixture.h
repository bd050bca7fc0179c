// SessionTest: one session on a loop that is turned by hand, with backends of the test's own and a clock that stands.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

#include "lb/policy/make_policy.h"
#include "lb/proxy/journal.h"
#include "lb/proxy/session.h"
#include "tests/support/tcp.h"
#include "tests/unit/lb/proxy/loop_steps.h"

namespace lb::proxy {

using std::chrono::milliseconds;
namespace support = tests::support;

class SessionTest : public testing::Test, private SessionOwner {
 protected:
  // Backends listen, or not, at these addresses; each has the same weight.
  void set_backends(const std::vector<base::SocketAddress>& addresses) {
    pool_.backends.clear();
    for (const auto& address : addresses) {
      pool_.backends.push_back(std::make_shared<backend::BackendState>(address.to_string(), address, 1));
    }
    const std::vector<std::uint32_t> weights(addresses.size(), 1);
    pool_.tiers.front() = policy::make_policy(cluster::PolicyKind::kWeightedRandom, weights, {});
    pool_.connect_deadline = milliseconds{6000};
    pool_.retries = 2;
  }

  // A session whose client end is ours.
  base::UniqueFd begin() {
    auto [ours, theirs] = socket_pair();
    const base::SocketAddress client(*base::IpAddress::parse("192.0.2.7"), 50'000);
    session_ = std::make_unique<Session>(place_, client.ip(), clock_.now());
    place_.journal->open(*session_, client, clock_.now());
    session_->start(std::move(theirs));
    return std::move(ours);
  }

  base::UniqueFd accept_one(const base::UniqueFd& listening) {
    turn_until(loop_, [&] { return session_ == nullptr || session_->backend() != nullptr; });
    return base::UniqueFd(::accept(listening.get(), nullptr, nullptr));
  }

  [[nodiscard]] unsigned tries() const {
    const Race* const race = session_->race();
    return race == nullptr ? place_.journal->tries(*session_) : race->tries();
  }

  static base::UniqueFd listening() { return support::listen_on(*base::SocketAddress::parse("127.0.0.1:0")); }

  [[nodiscard]] const backend::BackendCounters& counters(std::size_t backend) const {
    return pool_.backends[backend]->counters()[0];
  }
  // In the wheel's own steps, as a loop that is not late sees them.
  void pass(milliseconds time) {
    for (; time > milliseconds{0}; time -= net::kTick) {
      clock_.advance(net::kTick);
      wheel_.advance();
    }
    turn(loop_);
  }

  static constexpr std::uint32_t kHedges = 4;

  ManualClock clock_;
  net::EventLoop loop_;
  net::DeadlineWheel wheel_{loop_, clock_, &Session::on_deadline};
  net::PipeCounts pipe_counts_;
  RelayResources resources_{4, pipe_counts_};
  net::SocketPool sockets_{loop_, 8};
  net::SpareDescriptor spare_;
  base::Random random_{1};
  ListenerCounters listener_;
  snapshot::Pool pool_;
  base::Log log_{base::Log::Level::kOff};
  access_log::Ring ring_;
  Journal journal_{loop_, {.ring = &ring_}, clock_, log_};
  SessionPlace place_{.loop = loop_,
                      .wheel = wheel_,
                      .relay = resources_,
                      .sockets = sockets_,
                      .spare = spare_,
                      .random = random_,
                      .counters = listener_,
                      .owner = *this,
                      .clock = clock_,
                      .journal = &journal_,
                      .worker = 0,
                      .listener = 0,
                      .name = "test",
                      .pool = &pool_,
                      .hedge_budget = HedgeBudget(kHedges)};
  std::unique_ptr<Session> session_;
  std::optional<CloseReason> closed_;
  unsigned tries_ = 0;

 private:
  void on_closed(Session& session) noexcept override {
    closed_ = session.reason();
    tries_ = tries();
    place_.journal->close(session, clock_.now());
    session_.reset();
  }
};

}  // namespace lb::proxy
