// The admin API's answers as text for a terminal. Each takes the answer of the path that it is named after, and throws
// nlohmann::json::exception where that looks otherwise (a daemon of another version). Pure; any thread.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace lb::client {

[[nodiscard]] std::string status_view(const nlohmann::json& status);
[[nodiscard]] std::string backends_view(const nlohmann::json& backends);
[[nodiscard]] std::string sessions_view(const nlohmann::json& sessions);
[[nodiscard]] std::string explain_view(const nlohmann::json& explanation);
// What a change of a backend has come to.
[[nodiscard]] std::string change_view(const nlohmann::json& change);

}  // namespace lb::client
