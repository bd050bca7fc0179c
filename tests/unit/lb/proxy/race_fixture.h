// RaceTest: a session on its way to a backend, with backends that are tried in the order that the test gives.
#pragma once

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lb/policy/the_rest.h"
#include "tests/unit/lb/proxy/hello_bytes.h"
#include "tests/unit/lb/proxy/session_fixture.h"

namespace lb::proxy {

// Its queue is full, so that further SYNs stay unanswered.
class FullServer {
 public:
  FullServer() {
    ::fcntl(listening_.get(), F_SETFL, O_NONBLOCK);
    ::listen(listening_.get(), 0);
    for (int i = 0; i < 8; ++i) {
      base::UniqueFd fd(::socket(AF_INET, SOCK_STREAM, 0));
      ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
      static_cast<void>(::connect(fd.get(), address().data(), address().size()));
      queued_.push_back(std::move(fd));
    }
  }
  [[nodiscard]] base::SocketAddress address() const { return support::local_address(listening_); }

  // The next who asks again gets in.
  void make_room() {
    queued_.clear();
    while (accept()) {
    }
  }
  // None while nobody waits.
  [[nodiscard]] base::UniqueFd accept() const {
    return base::UniqueFd(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }

 private:
  base::UniqueFd listening_ = support::listen_on(*base::SocketAddress::parse("127.0.0.1:0"));
  std::vector<base::UniqueFd> queued_;
};

class FirstThatIsLeft final : public policy::Policy {
 public:
  explicit FirstThatIsLeft(std::uint32_t backends) noexcept : backends_(backends) {}
  std::optional<policy::BackendIndex> pick(policy::PickContext& context) const noexcept override {
    for (std::uint32_t i = 0; i < backends_; ++i) {
      if (!policy::is_excluded(context, i)) return policy::BackendIndex{i};
    }
    return std::nullopt;
  }

 private:
  std::uint32_t backends_;
};

class RaceTest : public SessionTest {
 protected:
  // They are tried in this order.
  void set_backends_in_turn(const std::vector<base::SocketAddress>& addresses) {
    set_backends(addresses);
    pool_.tiers.front() = std::make_unique<FirstThatIsLeft>(static_cast<std::uint32_t>(addresses.size()));
    pool_.hedge = milliseconds{250};
  }
  void expect_tls() {
    pool_.first_flight = cluster::FirstFlight::kTls;
    pool_.first_byte = milliseconds{1000};
  }
  static void send(const base::UniqueFd& to, const std::string& bytes) {
    ASSERT_EQ(::write(to.get(), bytes.data(), bytes.size()), bytes.size());
  }
  // What a server was told that takes the connection now.
  base::UniqueFd expect_hello(const base::UniqueFd& listening, const std::string& hello) {
    base::UniqueFd peer(::accept(listening.get(), nullptr, nullptr));
    turn(loop_);
    EXPECT_EQ(support::recv_exactly(peer, hello.size()), hello);
    return peer;
  }
  void turn_until_connected(std::size_t backend) {
    turn_until(loop_, [&] { return counters(backend).sessions.value() == 1; });
    turn(loop_);
  }
  static bool was_reset(const base::UniqueFd& peer) {
    try {
      static_cast<void>(support::recv_all(peer));
      return false;
    } catch (const support::SocketError& error) {
      return error.error() == ECONNRESET;
    }
  }
};

}  // namespace lb::proxy
