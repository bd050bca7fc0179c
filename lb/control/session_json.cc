#include "lb/control/session_json.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace lb::control {
namespace {

double in_seconds(std::chrono::milliseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

// A listener that a reload has removed lives on in its sessions.
Json name_of(std::uint64_t id, const std::vector<ListenerView>& listeners) {
  const auto found = std::ranges::find_if(listeners, [id](const ListenerView& one) { return one.state->id() == id; });
  return found == listeners.end() ? Json(nullptr) : Json(found->config.name);
}

Json session_json(const proxy::SessionInfo& session, const std::vector<ListenerView>& listeners) {
  const bool is_there = session.client.port() != 0;
  return {{"client", is_there ? Json(session.client.to_string()) : Json(nullptr)},
          {"listener", name_of(session.listener, listeners)},
          {"backend", session.backend.empty() ? Json(nullptr) : Json(session.backend)},
          {"state", session.state},
          {"ageSeconds", in_seconds(session.age)},
          {"idleSeconds", in_seconds(session.idle)},
          {"bytes", {{"toBackend", session.bytes_to_backend}, {"toClient", session.bytes_to_client}}}};
}

}  // namespace

Json sessions_json(std::vector<proxy::SessionInfo> sessions, const std::vector<ListenerView>& listeners,
                   std::size_t most, std::uint64_t total) {
  std::ranges::stable_sort(sessions, std::ranges::greater(), &proxy::SessionInfo::age);
  sessions.resize(std::min(sessions.size(), most));
  Json rows = Json::array();
  for (const proxy::SessionInfo& session : sessions) rows.push_back(session_json(session, listeners));
  return {{"total", total}, {"sessions", std::move(rows)}};
}

}  // namespace lb::control
