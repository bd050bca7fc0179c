// Which backend an operator means by a word. Pure; any thread.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace lb::client {

struct BackendName {
  std::string listener;
  std::string backend;
  friend bool operator==(const BackendName&, const BackendName&) = default;
};

// `name` is BACKEND, or LISTENER/BACKEND where several listeners have one of that name; `backends` is the answer of
// /v1/backends. Errors name those that could be meant.
[[nodiscard]] base::Result<BackendName> find_backend(const nlohmann::json& backends, std::string_view name);

// As a part of a URL (RFC 3986 s2.1).
[[nodiscard]] std::string encoded(std::string_view text);
// The path of its own in the admin API.
[[nodiscard]] std::string path_of(const BackendName& name);

}  // namespace lb::client
