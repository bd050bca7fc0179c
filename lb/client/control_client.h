// ControlClient: one question to a running keepstate-lb by its control socket, and its answer. Waits for it, so it is
// for the command line; the daemon itself never uses it. One thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace lb::client {

struct ControlAnswer {
  int status = 0;
  std::string body;
};

class ControlClient {
 public:
  static constexpr std::chrono::milliseconds kPatience{60'000};

  // `patience`: for one question and its whole answer.
  explicit ControlClient(std::string socket, std::chrono::milliseconds patience = kPatience)
      : socket_(std::move(socket)), patience_(patience) {}

  // `path` begins with / and is encoded already. An error says where it looked and how to start a daemon there.
  [[nodiscard]] base::Result<ControlAnswer> get(std::string_view path) const { return ask("GET", path, ""); }
  [[nodiscard]] base::Result<ControlAnswer> post(std::string_view path) const { return ask("POST", path, ""); }
  // With a body in JSON.
  [[nodiscard]] base::Result<ControlAnswer> patch(std::string_view path, std::string_view body) const {
    return ask("PATCH", path, body);
  }

 private:
  [[nodiscard]] base::Result<ControlAnswer> ask(std::string_view method, std::string_view path,
                                                std::string_view body) const;

  std::string socket_;
  std::chrono::milliseconds patience_;
};

}  // namespace lb::client
