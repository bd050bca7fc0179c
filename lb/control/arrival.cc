#include "lb/control/arrival.h"

#include <algorithm>
#include <utility>

#include "lb/net/descriptor_channel.h"
#include "lb/net/listen_socket.h"
#include "lb/net/unix_socket.h"

namespace lb::control {
namespace {

// One of the supervisor, as if another process had handed it over: by its address it is a listener's, the admin API's,
// or, without a name, nobody's.
void add_activated(base::UniqueFd fd, const config::Config& config, Handover& handover) {
  net::prepare_listen_socket(fd.get());
  if (net::is_unix_socket(fd.get())) {
    handover.control_socket = std::move(fd);
    handover.control_socket_activated = true;
    return;
  }
  const base::SocketAddress address = net::local_address(fd.get());
  const auto listener = std::ranges::find(config.listeners, address, &cluster::Listener::address);
  const bool is_listener = listener != config.listeners.end();
  if (!is_listener && config.admin == address) {
    handover.admin = std::move(fd);
    return;
  }
  const proxy::Listening::Key key{is_listener ? listener->name : "", address};
  auto sockets = std::ranges::find(handover.listeners, key, &proxy::Listening::Sockets::key);
  if (sockets == handover.listeners.end()) {
    sockets = handover.listeners.insert(sockets, {.key = key, .actual = address, .fds = {}, .activated = true});
  }
  sockets->fds.push_back(std::move(fd));
}

}  // namespace

base::Result<Handover> receive(Arrival& arrival, const config::Config& config) {
  auto handover = arrival.channel ? receive_handover(arrival.channel.get()) : base::Result<Handover>(Handover{});
  if (!handover) return handover;
  for (base::UniqueFd& fd : arrival.activated) add_activated(std::move(fd), config, *handover);
  arrival.activated.clear();
  return handover;
}

void refuse(const Arrival& arrival, std::string_view why) {
  if (!arrival.channel) return;
  while (why.ends_with('\n')) why.remove_suffix(1);
  // Whoever closes a channel with something unread in it takes back what was said last (ECONNRESET at the other end).
  static_cast<void>(net::receive_message(arrival.channel.get(), std::chrono::milliseconds{0}));
  static_cast<void>(net::send_message(arrival.channel.get(), why, {}, kHandoverPatience));
}

}  // namespace lb::control
