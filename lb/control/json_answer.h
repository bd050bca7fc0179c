// Answers of the admin API in JSON: keys in the order in which they are written, one line, UTF-8 whatever the input is.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "lb/net/http_message.h"

namespace lb::control {

using Json = nlohmann::ordered_json;

[[nodiscard]] net::HttpResponse json_answer(const Json& value);
// {"error": "..."}: what is wrong and what to do.
[[nodiscard]] net::HttpResponse error_answer(int status, std::string_view error);

}  // namespace lb::control
