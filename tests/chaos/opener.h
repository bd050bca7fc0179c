// Opener: a client that opens a new connection, asks once, closes, and does so again at its pace. One thread.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "tests/chaos/clients.h"

namespace tests::chaos {

// Sleeps until then, or until it is told to stop.
void rest_until(Moment moment, const std::stop_token& stop);

// A connection on which TCP and TLS stand, or what an Attempt says of why not.
struct Opening {
  std::optional<support::TlsConnection> connection;
  Outcome outcome = Outcome::kAnswered;
  std::string error;

  void fail(std::string why);
};
[[nodiscard]] Opening open_connection(const ClientSurroundings& surroundings, support::Deadline deadline);

class Opener {
 public:
  Opener(const ClientSurroundings& surroundings, const ClientPlan& plan, Records& records)
      : surroundings_(surroundings), plan_(plan), records_(records), path_(path_of(plan)) {}

  void run(const std::stop_token& stop);

 private:
  static std::string path_of(const ClientPlan& plan);
  void ask();
  [[nodiscard]] bool is_right(const std::string& body) const;

  const ClientSurroundings& surroundings_;
  const ClientPlan& plan_;
  Records& records_;
  std::string path_;
};

}  // namespace tests::chaos
