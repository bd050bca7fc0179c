#include "pki/crypto/connect_to.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace pki::crypto {
namespace {

using std::chrono::steady_clock;
using Addresses = std::vector<base::SocketAddress>;

constexpr const char* kNoAnswer = "it does not answer in time; is the machine up, and is a firewall between?";

base::Result<Addresses> look_up(const std::string& host, std::uint16_t port) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  if (error != 0) {
    return base::fail("its name is not resolved ({}); give an address, or see to its name", ::gai_strerror(error));
  }
  Addresses addresses;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    addresses.push_back(base::SocketAddress::from(one->ai_addr));
  }
  ::freeaddrinfo(found);
  return addresses;
}

// getaddrinfo(3) knows no deadline, so it gets a thread of its own, which is left behind where it takes too long.
base::Result<Addresses> addresses_of(const base::HostPort& server, steady_clock::time_point deadline) {
  if (const auto address = base::IpAddress::parse(server.host)) {
    return Addresses{base::SocketAddress(*address, server.port)};
  }
  std::packaged_task<base::Result<Addresses>()> task(
      [host = server.host, port = server.port] { return look_up(host, port); });
  auto answer = task.get_future();
  std::thread(std::move(task)).detach();
  if (answer.wait_until(deadline) == std::future_status::ready) return answer.get();
  return base::fail("its name is not resolved in time; give an address, or see to its name");
}

base::Failure refused(int error) {
  if (error == ECONNREFUSED) return base::fail("{}; is it running, and is this its port?", base::errno_text(error));
  return base::fail("{}; is the address right, and is there a route to it?", base::errno_text(error));
}

base::Result<base::UniqueFd> connect_one(const base::SocketAddress& address, steady_clock::time_point deadline) {
  base::UniqueFd socket(::socket(address.family(), SOCK_STREAM, 0));
  if (!socket) return refused(errno);
  ::fcntl(socket.get(), F_SETFD, FD_CLOEXEC);
  ::fcntl(socket.get(), F_SETFL, O_NONBLOCK);
  if (::connect(socket.get(), address.data(), address.size()) == 0) return socket;
  if (errno != EINPROGRESS) return refused(errno);
  if (!wait_for_socket(socket, POLLOUT, deadline)) return base::fail("{}", kNoAnswer);
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return refused(error);
  return socket;
}

}  // namespace

bool wait_for_socket(const base::UniqueFd& socket, short events, steady_clock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
    pollfd waiting{socket.get(), events, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::clamp<long long>(left, 0, 60'000)));
    if (ready > 0) return true;
    if (left <= 0) return false;
  }
}

base::Result<base::UniqueFd> connect_to(const base::HostPort& server, steady_clock::time_point deadline) {
  const auto addresses = addresses_of(server, deadline);
  if (!addresses) return base::Failure(addresses.error());
  base::Result<base::UniqueFd> connected = base::fail("its name has no address; give an address");
  for (const auto& address : *addresses) {
    connected = connect_one(address, deadline);
    if (connected) return connected;
  }
  return connected;
}

}  // namespace pki::crypto
