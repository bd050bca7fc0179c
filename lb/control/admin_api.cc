#include "lb/control/admin_api.h"

#include "lib/base/result.h"

namespace lb::control {
namespace {

net::HttpResponse plain(int status, std::string text) {
  return {.status = status, .content_type = "text/plain; charset=utf-8", .body = std::move(text)};
}

}  // namespace

net::HttpResponse AdminApi::answer(const net::HttpRequest& request) const {
  using Method = net::HttpRequest::Method;
  if (request.method == Method::kOther) return plain(405, "only GET and HEAD are served here\n");
  if (request.path == "/livez") return plain(200, "ok\n");
  if (request.path == "/readyz") return readiness();
  if (request.path == "/metrics") {
    return {.status = 200, .content_type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics_.render()};
  }
  return plain(404, "nothing is here; try /metrics, /livez or /readyz\n");
}

net::HttpResponse AdminApi::readiness() const {
  if (shutting_down_) return plain(503, "shutting down\n");
  for (const ListenerView& listener : controller_.listeners()) {
    if (listener.fail_open) return plain(503, fmt::format("no backend of listener {} is up\n", listener.config.name));
  }
  return plain(200, "ok\n");
}

}  // namespace lb::control
