// Plain HTTP for the admin address: one GET on a connection of its own. Any thread.
#pragma once

#include <chrono>
#include <string>

#include "lib/base/result.h"
#include "lib/base/socket_address.h"
#include "tests/support/http_message.h"

namespace tests::support {

// All of it within `patience`; a body shorter than its Content-Length is an error.
[[nodiscard]] base::Result<HttpResponse> http_get(const base::SocketAddress& address, const std::string& path,
                                                  std::chrono::milliseconds patience);

}  // namespace tests::support
