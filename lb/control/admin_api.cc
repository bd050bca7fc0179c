#include "lb/control/admin_api.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <optional>
#include <utility>

#include "lb/control/backend_change.h"
#include "lb/control/backend_lookup.h"
#include "lb/control/config_json.h"
#include "lb/control/explain.h"
#include "lb/control/known_host.h"
#include "lb/control/session_json.h"
#include "lb/control/status_page.h"
#include "lib/cluster/spelling.h"

namespace lb::control {
namespace {

using Method = net::HttpRequest::Method;

constexpr std::string_view kOneBackend = "/v1/backends/";  // LISTENER/BACKEND
constexpr std::size_t kSessionsShown = 100;
constexpr std::size_t kMostSessionsShown = 1000;

net::HttpResponse plain(int status, std::string text) {
  return {.status = status, .content_type = "text/plain; charset=utf-8", .body = std::move(text)};
}

bool is_json(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  std::ranges::transform(type, type.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return type == "application/json";
}

base::Result<std::size_t> limit_of(const net::HttpRequest& request) {
  const auto text = request.parameter("limit");
  if (!text) return kSessionsShown;
  std::size_t limit = 0;
  const char* const last = text->data() + text->size();
  const auto [end, error] = std::from_chars(text->data(), last, limit);
  if (error == std::errc{} && end == last && limit >= 1 && limit <= kMostSessionsShown) return limit;
  return base::fail("limit: '{}' is no number from 1 to {}; without it there are {}", *text, kMostSessionsShown,
                    kSessionsShown);
}

base::Result<base::IpAddress> client_of(const net::HttpRequest& request) {
  const auto text = request.parameter("client");
  if (!text) return base::fail("whose? add ?client=ADDRESS, as {}?client=10.10.0.1", request.path);
  const auto address = base::IpAddress::parse(*text);
  if (!address) return base::fail("client: {}", address.error().message);
  return *address;
}

}  // namespace

// ---- which path is what

struct AdminApi::Route {
  std::string_view path;
  Method method;  // kGet: HEAD too
  void (AdminApi::*act)(const Request&, const Reply&);
  std::array<std::string_view, 2> parameters{};  // "": none
};

const AdminApi::Route* AdminApi::route_of(std::string_view path) {
  static constexpr std::array<Route, 13> kRoutes{{
      {"/", Method::kGet, &AdminApi::send_page},
      {"/livez", Method::kGet, &AdminApi::send_livez},
      {"/readyz", Method::kGet, &AdminApi::send_readyz},
      {"/metrics", Method::kGet, &AdminApi::send_metrics},
      {"/v1/status", Method::kGet, &AdminApi::send_status},
      {"/v1/backends", Method::kGet, &AdminApi::send_backends},
      {"/v1/sessions", Method::kGet, &AdminApi::list_sessions, {"limit"}},
      {"/v1/config", Method::kGet, &AdminApi::send_config},
      {"/v1/sticky", Method::kGet, &AdminApi::send_sticky, {"client"}},
      {"/v1/explain", Method::kGet, &AdminApi::send_explanation, {"client", "listener"}},
      {"/v1/reload", Method::kPost, &AdminApi::reload},
      {"/v1/upgrade", Method::kPost, &AdminApi::upgrade},
      {kOneBackend, Method::kPatch, &AdminApi::change_backend},
  }};
  const auto found = std::ranges::find_if(kRoutes, [path](const Route& route) {
    return route.path == path || (route.path == kOneBackend && path.starts_with(kOneBackend));
  });
  return found == kRoutes.end() ? nullptr : &*found;
}

namespace {

net::HttpResponse not_found(const std::string& path) {
  if (!path.starts_with("/v1")) {
    return plain(404, "nothing is here; try /, /metrics, /livez, /readyz or /v1/status\n");
  }
  constexpr std::array<std::string_view, 8> kPaths{"/v1/status", "/v1/backends", "/v1/sessions", "/v1/config",
                                                   "/v1/sticky", "/v1/explain",  "/v1/reload",   "/v1/upgrade"};
  return error_answer(404, fmt::format("nothing is at {}{}; docs/admin_api.md names all there is", path,
                                       cluster::did_you_mean(path, kPaths)));
}

net::HttpResponse try_again(std::string_view why) {
  net::HttpResponse response = error_answer(503, fmt::format("{}; try again in a moment", why));
  response.headers.emplace_back("Retry-After", "1");  // RFC 9110 s10.2.3
  return response;
}

net::HttpResponse ending() {
  return error_answer(503, "the daemon is shutting down");
}

net::HttpResponse wrong_method(Method right) {
  const char* const allow = right == Method::kGet ? "GET, HEAD" : right == Method::kPost ? "POST" : "PATCH";
  net::HttpResponse response = error_answer(405, fmt::format("this is not done here; allowed: {}", allow));
  response.headers.emplace_back("Allow", allow);  // RFC 9110 s15.5.6
  return response;
}

}  // namespace

// Who only reads plain text may add what they like, as some probes do.
std::optional<std::string> AdminApi::unknown_parameter(const Request& request, const Route& route) {
  if (!request.path.starts_with("/v1")) return std::nullopt;
  std::vector<std::string_view> known;
  std::ranges::copy_if(route.parameters, std::back_inserter(known), [](auto name) { return !name.empty(); });
  for (const auto& [key, value] : request.query) {
    if (std::ranges::count(known, key) > 0) continue;
    return fmt::format("unknown parameter '{}'{}", key, cluster::did_you_mean(key, known));
  }
  return std::nullopt;
}

AdminApi::AdminApi(Parts parts)
    : parts_(std::move(parts)), listing_(parts_.list_sessions), started_(parts_.clock.now()) {}

// Probes and Prometheus come by whatever name they were given, and what they read tells no client.
std::optional<net::HttpResponse> AdminApi::refusal_of_host(const Request& request) const {
  constexpr std::array<std::string_view, 3> kOpen{"/metrics", "/livez", "/readyz"};
  if (request.door == Request::Door::kUnixSocket || std::ranges::count(kOpen, request.path) > 0) return std::nullopt;
  if (is_own_host(request.host, parts_.host_name())) return std::nullopt;
  return error_answer(421, fmt::format("'{}' is no name of this machine, so a foreign page may have made it lead here "
                                       "(DNS rebinding); ask by the IP address, localhost or the machine's host name",
                                       request.host));
}

void AdminApi::answer(const net::HttpRequest& request, const net::HttpReply& reply) {
  if (const auto refusal = refusal_of_host(request)) return reply(*refusal);
  const Route* const route = route_of(request.path);
  if (route == nullptr) return reply(not_found(request.path));
  const Method method = request.method == Method::kHead ? Method::kGet : request.method;
  if (method != route->method) return reply(wrong_method(route->method));
  if (method != Method::kGet) {
    if (const auto refusal = access_.refusal_of_change(request)) return reply(*refusal);
    if (upgrading_ && upgrading_()) return reply(try_again("an upgrade is under way"));
  }
  if (const auto unknown = unknown_parameter(request, *route)) return reply(error_answer(400, *unknown));
  (this->*route->act)(request, reply);
}

// ---- for probes, Prometheus and browsers

void AdminApi::send_page(const Request&, const Reply& reply) {
  reply({.status = 200,
         .content_type = "text/html; charset=utf-8",
         .body = std::string(status_page()),
         .headers = {{"Content-Security-Policy", std::string(status_page_policy())},
                     {"Referrer-Policy", "no-referrer"}}});
}

void AdminApi::send_livez(const Request&, const Reply& reply) {
  reply(plain(200, "ok\n"));
}

void AdminApi::send_readyz(const Request&, const Reply& reply) {
  const std::string why_not = not_ready_because();
  reply(why_not.empty() ? plain(200, "ok\n") : plain(503, why_not + "\n"));
}

std::string AdminApi::not_ready_because() const {
  if (shutting_down_) return "shutting down";
  for (const ListenerView& listener : parts_.controller.listeners()) {
    if (listener.fail_open) return fmt::format("no backend of listener {} is up", listener.config.name);
  }
  return {};
}

void AdminApi::send_metrics(const Request&, const Reply& reply) {
  reply({.status = 200, .content_type = "text/plain; version=0.0.4; charset=utf-8", .body = parts_.metrics.render()});
}

// ---- what there is

DaemonFacts AdminApi::facts() const {
  DaemonFacts facts{.version = parts_.version,
                    .workers = parts_.workers.size(),
                    .old_processes = old_processes_,
                    .limit = parts_.controller.snapshot()->max_connections,
                    .ready = not_ready_because().empty(),
                    .shutting_down = shutting_down_,
                    .reload = parts_.last_reload(),
                    .wall = parts_.wall(),
                    .now = parts_.clock.now(),
                    .started = started_};
  for (const auto& worker : parts_.workers) facts.active += worker->active.value();
  return facts;
}

void AdminApi::send_status(const Request&, const Reply& reply) {
  reply(json_answer(status_json(parts_.controller, facts())));
}

void AdminApi::send_backends(const Request&, const Reply& reply) {
  reply(json_answer(backends_json(parts_.controller, parts_.clock.now())));
}

void AdminApi::send_config(const Request&, const Reply& reply) {
  std::vector<cluster::Listener> listeners;
  for (const ListenerView& listener : parts_.controller.listeners()) listeners.push_back(listener.config);
  reply(json_answer(config_json(parts_.config(), listeners)));
}

void AdminApi::send_sticky(const Request& request, const Reply& reply) {
  const auto client = client_of(request);
  if (!client) return reply(error_answer(400, client.error().message));
  reply(json_answer(sticky_json(parts_.controller, *client, parts_.clock.now())));
}

void AdminApi::send_explanation(const Request& request, const Reply& reply) {
  const auto client = client_of(request);
  if (!client) return reply(error_answer(400, client.error().message));
  const auto name = request.parameter("listener");
  Json listeners = Json::array();
  for (std::size_t i = 0; i < parts_.controller.listeners().size(); ++i) {
    if (name && *name != parts_.controller.listeners()[i].config.name) continue;
    listeners.push_back(explain_json(parts_.controller, i, *client, parts_.clock.now()));
  }
  if (name && listeners.empty()) {
    return reply(error_answer(404, find_listener(parts_.controller, *name).error().message));
  }
  reply(json_answer({{"client", client->to_string()}, {"listeners", std::move(listeners)}}));
}

void AdminApi::list_sessions(const Request& request, const Reply& reply) {
  const auto limit = limit_of(request);
  if (!limit) return reply(error_answer(400, limit.error().message));
  const bool is_asked = listing_.list(*limit, [this, reply, most = *limit](const Sessions& sessions) {
    reply(json_answer(sessions_json(sessions, parts_.controller.listeners(), most, facts().active)));
  });
  if (!is_asked) reply(try_again("many wait for a list of the sessions already"));
}

// ---- what can be changed

void AdminApi::change_backend(const Request& request, const Reply& reply) {
  const std::string_view names = std::string_view(request.path).substr(kOneBackend.size());
  const auto slash = names.find('/');
  if (slash == std::string_view::npos) {
    return reply(error_answer(404, "name the listener too: /v1/backends/LISTENER/BACKEND"));
  }
  const auto id = find_backend(parts_.controller, names.substr(0, slash), names.substr(slash + 1));
  if (!id) return reply(error_answer(404, id.error().message));
  if (!is_json(request.content_type)) {
    return reply(error_answer(415, "the body is to be JSON; send the header Content-Type: application/json"));
  }
  const auto change = parse_backend_change(request.body);
  if (!change) return reply(error_answer(400, change.error().message));
  apply(parts_.controller, *id, *change);
  const std::string listener(names.substr(0, slash));
  const std::string backend(names.substr(slash + 1));
  parts_.controller.when_adopted([this, reply, listener, backend] {
    // A reload may have moved or removed it meanwhile.
    const auto now_at = find_backend(parts_.controller, listener, backend);
    if (!now_at) return reply(error_answer(404, now_at.error().message));
    Json answer{{"generation", parts_.controller.snapshot()->generation}};
    answer["backend"] = backend_json(parts_.controller, *now_at, parts_.clock.now());
    reply(json_answer(answer));
  });
}

void AdminApi::reload(const Request&, const Reply& reply) {
  if (!reload_) return reply(error_answer(501, "this daemon cannot read its file again; restart it instead"));
  if (shutting_down_) return reply(ending());
  reload_([this, reply](const base::Result<std::string>& done) {
    if (!done) return reply(error_answer(422, done.error().message));
    reply(json_answer({{"generation", parts_.controller.snapshot()->generation}, {"message", *done}}));
  });
}

void AdminApi::upgrade(const Request&, const Reply& reply) {
  if (!upgrade_) return reply(error_answer(501, "this daemon cannot hand over to another; restart it instead"));
  if (shutting_down_) return reply(ending());
  upgrade_([reply](const base::Result<std::string>& done) {
    reply(done ? json_answer({{"message", *done}}) : error_answer(500, done.error().message));
  });
}

}  // namespace lb::control
