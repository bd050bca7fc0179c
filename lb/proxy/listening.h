// Listening: the sockets on which each listener's clients arrive, as the daemon holds them beside its workers. A socket
// of several that share an address must not be closed while somebody may wait in its queue, so it is never made anew
// but kept, copied or passed on: to a listener that takes over the address of another, and to the next process.
//
// Control thread only. A copy is another descriptor of the same socket: it listens until the last one is closed.
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/socket_address.h"
#include "lib/base/unique_fd.h"

namespace lb::proxy {

class Listening {
 public:
  // Whose sockets they are: as the file has it.
  struct Key {
    std::string name;
    base::SocketAddress address;  // port 0: the system chooses one

    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Sockets {
    Key key;
    base::SocketAddress actual;  // where they are bound
    std::vector<base::UniqueFd> fds;
    // The supervisor holds them too, so clients come to them whatever the file says: they are never closed.
    bool activated = false;
  };

  // `inherited` come from another process and are used where their listener, or another at its address, is opened; of
  // two at one address the first.
  explicit Listening(unsigned workers, std::vector<Sockets> inherited = {});

  // Sockets for a listener: copies of those that are at its address already, inherited ones, or new ones; at least one
  // a worker where the system spreads clients over them. Nothing is kept until keep() is called.
  [[nodiscard]] base::Result<Sockets> open(const Key& key) const;
  // Keeps copies, so that the sockets themselves can go to the workers.
  [[nodiscard]] base::Result<void> keep(const Sockets& opened);
  // Both for all of them, in their order. Addresses that may be taken are tried first: a socket that joins others at
  // their address gets clients at once, and they would be lost if it had to be closed again.
  [[nodiscard]] base::Result<std::vector<Sockets>> open_all(const std::vector<Key>& keys);
  // Of these listeners alone; copies of others are closed, also inherited ones that nobody has opened, but activated
  // ones wait for a listener at their address.
  void retain(const std::vector<Key>& keys);

  // Null: not kept.
  [[nodiscard]] const Sockets* find(const Key& key) const noexcept;
  // Copies of all, for the next process.
  [[nodiscard]] base::Result<std::vector<Sockets>> copies() const;

 private:
  // Whether open() would find sockets there already.
  [[nodiscard]] bool has(const Key& key) const noexcept;
  [[nodiscard]] base::Failure why_not_open(const Key& key, const base::Error& error) const;

  unsigned workers_;
  std::vector<Sockets> kept_;
  std::vector<Sockets> inherited_;
};

// Other descriptors of the same sockets.
[[nodiscard]] base::Result<Listening::Sockets> copy_of(const Listening::Sockets& sockets);

}  // namespace lb::proxy
