// Journal: what one worker notes of its sessions for the access log, and for the debug log. It keeps beside each
// session what the session itself has no use for; where neither log is on, there is no journal. Worker's thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>

#include "lb/access_log/record.h"
#include "lb/access_log/ring.h"
#include "lb/net/event_loop.h"
#include "lb/net/timer.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/socket_address.h"

namespace lb::proxy {

class Session;

class Journal {
 public:
  struct Settings {
    access_log::Ring* ring = nullptr;                               // null: only the debug log is told
    bool connected = false;                                         // a record when a backend stands
    std::optional<std::chrono::milliseconds> every = std::nullopt;  // and one whenever so much time has passed
  };
  // `clock` and `log` outlive the journal.
  Journal(net::EventLoop& loop, const Settings& settings, const base::Clock& clock, const base::Log& log);

  // In this order, each at most once a session; close() is its last. `tries` that have been made by then.
  void open(const Session& session, const base::SocketAddress& client, base::SteadyTime accepted);
  void note_connected(const Session& session, unsigned tries, base::SteadyTime now);
  void note_first_byte(const Session& session, base::SteadyTime now);
  void close(const Session& session, base::SteadyTime now);

  // Of a session that stands; else 0.
  [[nodiscard]] unsigned tries(const Session& session) const;

 private:
  struct Entry {
    const Session* session;
    base::SocketAddress client;
    base::SteadyTime accepted;
    base::SteadyTime due;  // of the next record that it is open
    std::uint16_t tries = 0;
    std::optional<std::chrono::nanoseconds> connected{};
    std::optional<std::chrono::nanoseconds> first_byte{};
  };
  using Entries = std::list<Entry>;

  [[nodiscard]] Entry& at(const Session& session) noexcept { return *places_.at(&session); }
  [[nodiscard]] static access_log::Record record_of(const Entry& entry, access_log::Record::Event event,
                                                    base::SteadyTime now);
  void tell_open_ones() noexcept;
  void plan() noexcept;

  Settings settings_;
  const base::Clock& clock_;
  const base::Log& log_;
  Entries entries_;  // in the order in which they are due: all wait equally long
  std::unordered_map<const Session*, Entries::iterator> places_;
  net::Timer timer_;
};

}  // namespace lb::proxy
