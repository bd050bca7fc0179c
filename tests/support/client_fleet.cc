#include "tests/support/client_fleet.h"

#include <array>
#include <future>
#include <stdexcept>
#include <utility>

#include "tests/support/byte_pattern.h"
#include "tests/support/tcp.h"

namespace tests::support {
namespace {

constexpr std::size_t kPiece = 65536;

void ask(const base::UniqueFd& socket, const std::string& question) {
  send_all(socket, question);
  const std::string answer = recv_exactly(socket, question.size());
  if (answer != question) throw std::runtime_error("asked '" + question + "', got '" + answer + "'");
}

void end_cleanly(const base::UniqueFd& socket) {
  half_close(socket);
  const std::string rest = recv_all(socket);
  if (!rest.empty()) throw std::runtime_error("more came than was asked for: '" + rest + "'");
}

}  // namespace

ClientFleet::ClientFleet(std::function<base::SocketAddress()> address, Size size) : address_(std::move(address)) {
  for (int i = 0; i < size.openers; ++i) begin([this] { open_again_and_again(); });
  for (int i = 0; i < size.keepers; ++i) begin([this] { ask_again_and_again(); });
  for (int i = 0; i < size.bulk; ++i) begin([this, i] { send_bulk(static_cast<std::uint64_t>(i) + 1); });
}

ClientFleet::~ClientFleet() {
  stop();
}

void ClientFleet::begin(std::function<void()> work) {
  threads_.emplace_back([this, work = std::move(work)] {
    try {
      work();
    } catch (const std::exception& error) {
      const std::scoped_lock lock(mutex_);
      errors_.emplace_back(error.what());
    }
  });
}

void ClientFleet::stop() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

std::vector<std::string> ClientFleet::errors() const {
  const std::scoped_lock lock(mutex_);
  return errors_;
}

void ClientFleet::wait_for_opened(std::uint64_t more) const {
  const std::uint64_t enough = opened() + more;
  while (opened() < enough && errors().empty()) std::this_thread::yield();
}

void ClientFleet::open_again_and_again() {
  while (!stopping_) {
    const auto socket = connect_to(address_());
    ask(socket, "connection " + std::to_string(opened()));
    end_cleanly(socket);
    ++opened_;
  }
}

void ClientFleet::ask_again_and_again() {
  std::vector<base::UniqueFd> kept;
  for (int i = 0; i < kKept; ++i) kept.push_back(connect_to(address_()));
  while (!stopping_) {
    for (const base::UniqueFd& socket : kept) {
      ask(socket, "question " + std::to_string(asked()));
      ++asked_;
    }
  }
  for (const base::UniqueFd& socket : kept) end_cleanly(socket);
}

void ClientFleet::send_bulk(std::uint64_t seed) {
  const BytePattern pattern(seed);
  const auto socket = connect_to(address_());
  std::atomic<std::uint64_t> sent{0};
  auto sender = std::async(std::launch::async, [&] {
    while (!stopping_) {
      send_pattern(socket, pattern, sent, sent + kPiece);
      sent += kPiece;
    }
    half_close(socket);
  });
  const std::uint64_t received = recv_pattern(socket, pattern);
  sender.get();
  bulk_bytes_ += received;
  if (received != sent) {
    throw std::runtime_error(std::to_string(received) + " of " + std::to_string(sent) + " bytes came back");
  }
}

}  // namespace tests::support
