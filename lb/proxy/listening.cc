#include "lb/proxy/listening.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "lb/net/listen_socket.h"

namespace lb::proxy {
namespace {

const Listening::Sockets* sockets_of(const std::vector<Listening::Sockets>& all, const Listening::Key& key) noexcept {
  const auto found = std::ranges::find(all, key, &Listening::Sockets::key);
  return found == all.end() ? nullptr : &*found;
}

// Its own, or those of another listener, which had the address before. Port 0 is no address that two could mean.
const Listening::Sockets* sockets_for(const std::vector<Listening::Sockets>& all, const Listening::Key& key) noexcept {
  if (const auto* const own = sockets_of(all, key)) return own;
  if (key.address.port() == 0) return nullptr;
  const auto found =
      std::ranges::find(all, key.address, [](const Listening::Sockets& sockets) { return sockets.key.address; });
  return found == all.end() ? nullptr : &*found;
}

// One means every address of the host, and the other is one of those; no address is both.
bool is_wildcard_of(const base::SocketAddress& one, const base::SocketAddress& other) noexcept {
  return one.port() == other.port() && one.family() == other.family() &&
         one.ip().is_unspecified() != other.ip().is_unspecified();
}

}  // namespace

base::Result<Listening::Sockets> copy_of(const Listening::Sockets& sockets) {
  Listening::Sockets copy{.key = sockets.key, .actual = sockets.actual, .fds = {}, .activated = sockets.activated};
  for (const base::UniqueFd& fd : sockets.fds) {
    copy.fds.emplace_back(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
    if (!copy.fds.back()) {
      return base::fail("cannot copy a listening socket of {}: {}", sockets.actual.to_string(),
                        base::errno_text(errno));
    }
  }
  return copy;
}

Listening::Listening(unsigned workers, std::vector<Sockets> inherited)
    : workers_(workers), inherited_(std::move(inherited)) {}

base::Result<Listening::Sockets> Listening::open(const Key& key) const {
  const Sockets* known = sockets_for(kept_, key);
  if (known == nullptr) known = sockets_for(inherited_, key);
  if (known == nullptr) {
    auto fds = net::open_listen_sockets(key.address, workers_);
    if (!fds) return why_not_open(key, fds.error());
    const base::SocketAddress actual = net::local_address(fds->front().get());
    return Sockets{.key = key, .actual = actual, .fds = *std::move(fds), .activated = false};
  }
  auto sockets = copy_of(*known);
  if (!sockets) return sockets;
  sockets->key = key;
  sockets->activated = false;
  if (auto enough = net::add_listen_sockets(sockets->fds, sockets->actual, workers_); !enough) {
    return base::Failure(enough.error());
  }
  return sockets;
}

bool Listening::has(const Key& key) const noexcept {
  return sockets_for(kept_, key) != nullptr || sockets_for(inherited_, key) != nullptr;
}

base::Result<void> Listening::keep(const Sockets& opened) {
  auto copy = copy_of(opened);
  if (!copy) return base::Failure(copy.error());
  std::erase_if(kept_, [&](const Sockets& sockets) { return sockets.key == opened.key; });
  kept_.push_back(*std::move(copy));
  return {};
}

base::Result<std::vector<Listening::Sockets>> Listening::open_all(const std::vector<Key>& keys) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < keys.size(); ++i) order.push_back(i);
  std::ranges::stable_partition(order, [&](std::size_t i) { return !has(keys[i]); });
  std::vector<Sockets> all(keys.size());
  for (const std::size_t i : order) {
    auto sockets = open(keys[i]);
    if (!sockets) return base::Failure(sockets.error());
    if (auto kept = keep(*sockets); !kept) return base::Failure(kept.error());
    all[i] = *std::move(sockets);
  }
  return all;
}

void Listening::retain(const std::vector<Key>& keys) {
  std::erase_if(kept_, [&](const Sockets& sockets) { return std::ranges::find(keys, sockets.key) == keys.end(); });
  std::erase_if(inherited_, [](const Sockets& sockets) { return !sockets.activated; });
}

base::Failure Listening::why_not_open(const Key& key, const base::Error& error) const {
  for (const auto* const list : {&kept_, &inherited_}) {
    for (const Sockets& sockets : *list) {
      if (!is_wildcard_of(sockets.actual, key.address)) continue;
      return base::fail(
          "cannot listen on {}: this daemon itself listens on {}, which is the same port of all addresses or of one, "
          "and "
          "neither can become the other while it runs; stop it and start it again",
          key.address.to_string(), sockets.actual.to_string());
    }
  }
  return base::Failure(error);
}

base::Result<std::vector<Listening::Sockets>> Listening::copies() const {
  std::vector<Sockets> copies;
  for (const auto* const list : {&kept_, &inherited_}) {
    for (const Sockets& sockets : *list) {
      auto copy = copy_of(sockets);
      if (!copy) return base::Failure(copy.error());
      copies.push_back(*std::move(copy));
    }
  }
  return copies;
}

const Listening::Sockets* Listening::find(const Key& key) const noexcept {
  return sockets_of(kept_, key);
}

}  // namespace lb::proxy
