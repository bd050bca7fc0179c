// ClientFleet: clients of an echoing service who work without a break, so that whoever changes the service meanwhile
// learns whether anybody noticed. Some open a connection, ask once and close, again and again; some keep one connection
// and ask on it; some send bulk and check each byte that comes back.
//
// Works from construction to stop(). Whatever goes wrong is kept as text. Any one thread; counts may be read meanwhile.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/socket_address.h"

namespace tests::support {

class ClientFleet {
 public:
  struct Size {
    int openers = 2;
    int keepers = 2;  // of kKept connections each
    int bulk = 1;
  };
  static constexpr int kKept = 10;

  // `address` is asked each time, from several threads.
  ClientFleet(std::function<base::SocketAddress()> address, Size size);
  ~ClientFleet();
  ClientFleet(const ClientFleet&) = delete;
  ClientFleet& operator=(const ClientFleet&) = delete;

  // Everybody ends what he has begun; the connections that are kept and the bulk are checked to their end.
  void stop();

  [[nodiscard]] std::uint64_t opened() const noexcept { return opened_.load(); }
  [[nodiscard]] std::uint64_t asked() const noexcept { return asked_.load(); }  // on kept connections
  [[nodiscard]] std::uint64_t bulk_bytes() const noexcept { return bulk_bytes_.load(); }
  [[nodiscard]] std::vector<std::string> errors() const;
  // Returns when that many more connections have been opened.
  void wait_for_opened(std::uint64_t more) const;

 private:
  void open_again_and_again();
  void ask_again_and_again();
  void send_bulk(std::uint64_t seed);
  void begin(std::function<void()> work);

  std::function<base::SocketAddress()> address_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> opened_{0};
  std::atomic<std::uint64_t> asked_{0};
  std::atomic<std::uint64_t> bulk_bytes_{0};
  mutable std::mutex mutex_;  // guards errors_
  std::vector<std::string> errors_;
  std::vector<std::thread> threads_;
};

}  // namespace tests::support
