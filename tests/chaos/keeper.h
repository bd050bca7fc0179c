// Keeper: a client that keeps one watch, reads its lines, and opens another when it has ended. One thread.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "tests/chaos/clients.h"
#include "tests/chaos/opener.h"

namespace tests::chaos {

class Keeper {
 public:
  Keeper(const ClientSurroundings& surroundings, const ClientPlan& plan, Records& records)
      : surroundings_(surroundings), plan_(plan), records_(records) {}

  void run(const std::stop_token& stop);

 private:
  struct Kept {
    support::WatchStream stream;
    std::size_t server;
  };

  [[nodiscard]] std::optional<Kept> open_watch();
  [[nodiscard]] std::optional<Kept> begin_watch(Opening& opening, support::Deadline deadline);
  void follow(Kept& kept, const std::stop_token& stop);
  [[nodiscard]] std::size_t server_of(const std::string& line) const;
  [[nodiscard]] bool is_right(const std::string& line, std::size_t event, std::size_t server) const;

  const ClientSurroundings& surroundings_;
  const ClientPlan& plan_;
  Records& records_;
};

}  // namespace tests::chaos
