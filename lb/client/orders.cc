#include "lb/client/orders.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "lb/client/backend_name.h"
#include "lb/client/control_client.h"
#include "lb/client/views.h"
#include "lb/config/control_socket.h"
#include "lib/base/exit_code.h"
#include "lib/base/result.h"
#include "lib/cluster/cluster_file.h"

namespace lb::client {
namespace {

using nlohmann::json;
using Order = ClientOptions::Order;
using View = std::string (*)(const json&);

Outcome failed(int code, const std::string& message) {
  return {.code = code, .err = "keepstate-lb: " + message + (message.ends_with('\n') ? "" : "\n")};
}

// A file without the key means the default place, as it does for the daemon.
base::Result<std::optional<std::string>> socket_of_file(const std::string& file) {
  const auto loaded = cluster::load_cluster(file);
  if (!loaded) return base::fail("{}", cluster::to_text(loaded.error(), file));
  if (!loaded->cluster.load_balancer) return std::nullopt;
  return loaded->cluster.load_balancer->socket;
}

base::Result<std::string> socket_of(const ClientOptions& options) {
  if (options.socket) return *options.socket;
  if (!options.file.empty()) {
    auto named = socket_of_file(options.file);
    if (!named) return base::Failure(named.error());
    if (*named) return **named;
  }
  if (const auto place = config::default_control_socket()) return *place;
  return base::fail(
      "where is the control socket? There is no default place, as you are not root and XDG_RUNTIME_DIR is "
      "not set; name it with --socket PATH or -c FILE");
}

// The error that the daemon gave, in its words.
Outcome refused(const ControlAnswer& answer) {
  const json body = json::parse(answer.body, nullptr, false);
  const bool is_told = body.is_object() && body.contains("error") && body["error"].is_string();
  const bool is_ours = answer.status >= 400 && answer.status < 500;
  const std::string why = is_told ? body["error"].get<std::string>()
                                  : fmt::format("keepstate-lb answered {}: {}", answer.status, answer.body);
  return failed(is_ours ? base::kExitUsage : base::kExitFailed, why);
}

Outcome shown(const base::Result<ControlAnswer>& answer, const ClientOptions& options, View view) {
  if (!answer) return failed(base::kExitFailed, answer.error().message);
  if (answer->status != 200) return refused(*answer);
  return {.code = base::kExitOk, .out = options.json ? answer->body : view(json::parse(answer->body))};
}

base::Result<json> wish_of(const ClientOptions& options) {
  if (options.order == Order::kUndrain) return json{{"state", "up"}};
  if (options.order == Order::kWeight) {
    if (options.weight == "default") return json{{"weight", nullptr}};
    std::uint32_t weight = 0;
    const char* const last = options.weight.data() + options.weight.size();
    const auto [end, error] = std::from_chars(options.weight.data(), last, weight);
    if (error == std::errc{} && end == last && weight <= 65535) return json{{"weight", weight}};
    return base::fail("weight {}: write a number from 0 to 65535, or default for the file's", options.weight);
  }
  json wish{{"state", options.order == Order::kDrain ? "drain" : "maintenance"}};
  if (!options.reason.empty()) wish["reason"] = options.reason;
  return wish;
}

Outcome change_backend(const ControlClient& daemon, const ClientOptions& options) {
  const auto wish = wish_of(options);
  if (!wish) return failed(base::kExitUsage, wish.error().message);
  const auto backends = daemon.get("/v1/backends");
  if (!backends) return failed(base::kExitFailed, backends.error().message);
  if (backends->status != 200) return refused(*backends);
  const auto name = find_backend(json::parse(backends->body), options.backend);
  if (!name) return failed(base::kExitUsage, name.error().message);
  const std::string body = wish->dump(-1, ' ', false, json::error_handler_t::replace);
  return shown(daemon.patch(path_of(*name), body), options, &change_view);
}

std::string message_view(const json& answer) {
  return answer.at("message").get<std::string>() + "\n";
}

std::string sessions_path(const ClientOptions& options) {
  return options.limit ? fmt::format("/v1/sessions?limit={}", *options.limit) : "/v1/sessions";
}

std::string explain_path(const ClientOptions& options) {
  const std::string listener = options.listener.empty() ? "" : "&listener=" + encoded(options.listener);
  return "/v1/explain?client=" + encoded(options.client) + listener;
}

Outcome ask(const ControlClient& daemon, const ClientOptions& options) {
  switch (options.order) {
    case Order::kStatus:
      return shown(daemon.get("/v1/status"), options, &status_view);
    case Order::kBackends:
      return shown(daemon.get("/v1/backends"), options, &backends_view);
    case Order::kSessions:
      return shown(daemon.get(sessions_path(options)), options, &sessions_view);
    case Order::kExplain:
      return shown(daemon.get(explain_path(options)), options, &explain_view);
    case Order::kReload:
      return shown(daemon.post("/v1/reload"), options, &message_view);
    case Order::kUpgrade:
      return shown(daemon.post("/v1/upgrade"), options, &message_view);
    case Order::kDrain:
    case Order::kUndrain:
    case Order::kMaintenance:
    case Order::kWeight:
      return change_backend(daemon, options);
  }
  return {.code = base::kExitUsage};
}

}  // namespace

Outcome carry_out(const ClientOptions& options) {
  const auto socket = socket_of(options);
  if (!socket) return failed(base::kExitUsage, socket.error().message);
  const ControlClient daemon(*socket);
  try {
    return ask(daemon, options);
  } catch (const json::exception&) {
    return failed(
        base::kExitFailed,
        fmt::format("what answers at {} is not understood; is it a keepstate-lb of another version?", *socket));
  }
}

}  // namespace lb::client
