#include "tests/support/scripted_server.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <exception>

#include "tests/support/tcp.h"

namespace tests::support {
namespace {

base::SocketAddress any_port() {
  return {base::IpAddress::parse("127.0.0.1").value(), 0};
}

}  // namespace

ScriptedServer::ScriptedServer(Script script) : ScriptedServer(std::move(script), any_port()) {}

ScriptedServer::ScriptedServer(Script script, const base::SocketAddress& address)
    : script_(std::move(script)), address_(address) {
  start_listening();
}

ScriptedServer::~ScriptedServer() {
  stop_listening();
}  // connections_ joins its threads

void ScriptedServer::start_listening() {
  if (acceptor_.joinable()) return;
  listening_ = listen_on(address_);
  address_ = local_address(listening_);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw SocketError("make a pipe", errno);
  wake_read_.reset(ends[0]);
  wake_write_.reset(ends[1]);
  acceptor_ = std::thread([this] { accept_until_woken(); });
}

void ScriptedServer::stop_listening() {
  if (!acceptor_.joinable()) return;
  wake_write_.reset();
  acceptor_.join();
  listening_.reset();
}

std::vector<std::string> ScriptedServer::errors() const {
  const std::lock_guard lock(mutex_);
  return errors_;
}

void ScriptedServer::accept_until_woken() {
  // Non-blocking, because a client may be gone between poll and accept.
  ::fcntl(listening_.get(), F_SETFL, ::fcntl(listening_.get(), F_GETFL) | O_NONBLOCK);
  std::array<pollfd, 2> fds{pollfd{listening_.get(), POLLIN, 0}, pollfd{wake_read_.get(), POLLIN, 0}};
  while (fds[1].revents == 0) {
    if (::poll(fds.data(), fds.size(), -1) < 0) continue;
    if (fds[0].revents == 0) continue;
    base::UniqueFd socket(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (socket) begin(std::move(socket));
  }
}

void ScriptedServer::begin(base::UniqueFd socket) {
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  accepted_.fetch_add(1);
  connections_.remove_if([](const Connection& connection) { return connection.ended.load(); });
  Connection& connection = connections_.emplace_back();
  connection.thread =
      std::jthread([this, &connection, fd = std::move(socket)]() mutable { run(connection, std::move(fd)); });
}

void ScriptedServer::run(Connection& connection, base::UniqueFd socket) noexcept {
  try {
    script_(std::move(socket));
  } catch (const std::exception& error) {
    const std::lock_guard lock(mutex_);
    errors_.emplace_back(error.what());
  }
  connection.ended.store(true);
}

ScriptedServer::Script echo() {
  return [](base::UniqueFd socket) {
    std::array<char, 65536> chunk;  // NOLINT(*-member-init): recv fills it
    while (const std::size_t n = recv_some(socket, chunk)) send_all(socket, std::string_view(chunk.data(), n));
  };
}

ScriptedServer::Script say(std::string name) {
  return [name = std::move(name)](const base::UniqueFd& socket) { send_all(socket, name); };
}

}  // namespace tests::support
