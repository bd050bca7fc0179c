// AdminAccess: who may change something. Whoever opened the control socket may (its file says who that is). On the TCP
// address everybody may read, and change only where there is a token and the request shows it. Control loop's thread
// only.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "lb/net/http_message.h"
#include "lib/base/result.h"

namespace lb::control {

// What a token file holds, and what should be told of it.
struct AdminToken {
  std::string value;
  std::string warning;  // "": none
};
// One line of 16 to 4096 printable characters without spaces. A file that cannot be read, is empty or holds something
// else is an error; one that other users may read or change is a warning.
[[nodiscard]] base::Result<AdminToken> read_admin_token(const std::filesystem::path& file);

class AdminAccess {
 public:
  // Without a token, TCP is for reading alone.
  void set_token(std::optional<std::string> token) { token_ = std::move(token); }

  // The answer that refuses the change; nothing where it may go on.
  [[nodiscard]] std::optional<net::HttpResponse> refusal_of_change(const net::HttpRequest& request) const;

 private:
  std::optional<std::string> token_;
};

}  // namespace lb::control
