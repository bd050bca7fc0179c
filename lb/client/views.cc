#include "lb/client/views.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "lb/client/readable.h"
#include "lb/client/table.h"

namespace lb::client {
namespace {

using nlohmann::json;

constexpr std::size_t kEventsShown = 10;

std::string text_at(const json& object, const char* key) {
  const json& value = object.at(key);
  return value.is_null() ? "-" : value.get<std::string>();
}

std::uint64_t number_at(const json& object, const char* key) {
  return object.at(key).get<std::uint64_t>();
}

std::string duration_at(const json& object, const char* key) {
  return readable_duration(object.at(key).get<double>());
}

std::string bytes_of(const json& row, const char* key) {
  return readable_size(number_at(row.at("bytes"), key));
}

std::string plural(std::uint64_t count, std::string_view word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

// With what an operator has asked for, where that does not show: "down (drain)".
bool hides_an_order(const json& backend) {
  const std::string state = text_at(backend, "state");
  return !backend.at("operatorState").is_null() && state != "maintenance" && state != "draining";
}

std::string state_of(const json& backend) {
  const std::string state = text_at(backend, "state");
  return hides_an_order(backend) ? fmt::format("{} ({})", state, text_at(backend, "operatorState")) : state;
}

std::string reason_of(const json& backend) {
  std::string reason = text_at(backend, "reason");
  if (!hides_an_order(backend) || !backend.contains("operatorReason")) return reason;
  return fmt::format("{} ({})", reason, text_at(backend, "operatorReason"));
}

std::string weight_of(const json& backend) {
  const std::uint64_t weight = number_at(backend, "weight");
  const std::uint64_t configured = number_at(backend, "configuredWeight");
  return weight == configured ? std::to_string(weight) : fmt::format("{} (file: {})", weight, configured);
}

Table backend_table() {
  using Align = Table::Align;
  return Table({{"LISTENER"},
                {"BACKEND"},
                {"STATE"},
                {"FOR", Align::kRight},
                {"WEIGHT", Align::kRight},
                {"SHARE", Align::kRight},
                {"SESSIONS", Align::kRight},
                {"EVER", Align::kRight},
                {"SENT", Align::kRight},
                {"RECEIVED", Align::kRight},
                {"FAILURES", Align::kRight},
                {"REASON"}});
}

void add_backend(Table& table, const std::string& listener, const json& backend) {
  table.add({listener, text_at(backend, "name"), state_of(backend), duration_at(backend, "sinceSeconds"),
             weight_of(backend), readable_share(backend.at("share").get<double>()),
             std::to_string(number_at(backend.at("connections"), "active")),
             std::to_string(number_at(backend.at("connections"), "total")), bytes_of(backend, "toBackend"),
             bytes_of(backend, "toClient"), std::to_string(number_at(backend, "failures")), reason_of(backend)});
}

std::string head_of(const json& status) {
  const json& connections = status.at("connections");
  const char* const readiness = status.at("shuttingDown").get<bool>() ? "shutting down"
                                : status.at("ready").get<bool>()      ? "ready"
                                                                      : "NOT READY";
  std::string text =
      fmt::format("keepstate-lb {}, pid {}, up for {}, {}\n{}, {} of at most {}, generation {}\n",
                  text_at(status, "version"), number_at(status, "pid"), duration_at(status, "uptimeSeconds"), readiness,
                  plural(number_at(status, "workers"), "worker"), plural(number_at(connections, "active"), "session"),
                  number_at(connections, "limit"), number_at(status, "generation"));
  if (const std::uint64_t old = number_at(status, "oldProcesses"); old > 0) {
    text += plural(old, "old process") + " still ending after an upgrade\n";
  }
  const json& reload = status.at("reload");
  if (!reload.at("lastSuccessful").get<bool>()) {
    text += fmt::format("THE LAST RELOAD FAILED ({}): {}\n", text_at(reload, "time"), text_at(reload, "message"));
  }
  return text;
}

std::string listeners_of(const json& status) {
  using Align = Table::Align;
  Table table({{"LISTENER"},
               {"ADDRESS"},
               {"POLICY"},
               {"SESSIONS", Align::kRight},
               {"EVER", Align::kRight},
               {"FAILED", Align::kRight},
               {"SENT", Align::kRight},
               {"RECEIVED", Align::kRight},
               {""}});
  for (const json& listener : status.at("listeners")) {
    const json& connections = listener.at("connections");
    table.add({text_at(listener, "name"), text_at(listener, "address"), text_at(listener, "policy"),
               std::to_string(number_at(connections, "active")), std::to_string(number_at(connections, "total")),
               std::to_string(number_at(connections, "failed")), bytes_of(listener, "toBackend"),
               bytes_of(listener, "toClient"), listener.at("failOpen").get<bool>() ? "NO BACKEND IS UP" : ""});
  }
  return table.to_string();
}

std::string events_of(const json& status) {
  const json& events = status.at("events");
  if (events.empty()) return {};
  Table table({{"TIME"}, {"LEVEL"}, {"EVENT"}});
  for (std::size_t i = 0; i < std::min(kEventsShown, events.size()); ++i) {
    table.add({text_at(events[i], "time"), text_at(events[i], "level"), text_at(events[i], "text")});
  }
  return "\n" + table.to_string();
}

std::string sticky_line(const json& sticky) {
  if (sticky.is_null()) return {};
  const json& expires = sticky.at("expiresInSeconds");
  return fmt::format("  sticky: it came to {} before, {} open{}\n", text_at(sticky, "backend"),
                     plural(number_at(sticky, "openSessions"), "session"),
                     expires.is_null() ? "" : ", forgotten in " + readable_duration(expires.get<double>()));
}

std::string explain_listener(const json& listener) {
  const bool is_served = listener.at("served").get<bool>();
  const json& backend = listener.at("backend");
  const std::string verdict = !is_served          ? "is not served"
                              : backend.is_null() ? "goes to one of several"
                                                  : "goes to " + backend.get<std::string>();
  std::string text = fmt::format("listener {}: a new session {}\n  {}\n", text_at(listener, "listener"), verdict,
                                 text_at(listener, "why"));
  if (listener.at("failOpen").get<bool>() && is_served) {
    text += fmt::format("  no backend is up: those that are {} are used (fail open)\n", text_at(listener, "tier"));
  }
  text += sticky_line(listener.at("sticky"));
  using Align = Table::Align;
  Table table(
      {{"  BACKEND"}, {"STATE"}, {"WEIGHT", Align::kRight}, {"SESSIONS", Align::kRight}, {"CHANCE", Align::kRight}});
  for (const json& row : listener.at("backends")) {
    const bool is_full = row.at("full").get<bool>();
    table.add({"  " + text_at(row, "name"), text_at(row, "state"), std::to_string(number_at(row, "weight")),
               fmt::format("{}{}", number_at(row, "sessions"), is_full ? " (full)" : ""),
               readable_share(row.at("share").get<double>())});
  }
  return text + table.to_string();
}

}  // namespace

std::string status_view(const json& status) {
  Table backends = backend_table();
  for (const json& listener : status.at("listeners")) {
    for (const json& backend : listener.at("backends")) add_backend(backends, text_at(listener, "name"), backend);
  }
  return head_of(status) + "\n" + listeners_of(status) + "\n" + backends.to_string() + events_of(status);
}

std::string backends_view(const json& backends) {
  Table table = backend_table();
  for (const json& backend : backends.at("backends")) add_backend(table, text_at(backend, "listener"), backend);
  return table.to_string();
}

std::string sessions_view(const json& sessions) {
  using Align = Table::Align;
  const json& rows = sessions.at("sessions");
  const std::uint64_t total = std::max<std::uint64_t>(number_at(sessions, "total"), rows.size());
  if (rows.empty()) return "there is no session now\n";
  Table table({{"CLIENT"},
               {"LISTENER"},
               {"BACKEND"},
               {"STATE"},
               {"AGE", Align::kRight},
               {"IDLE", Align::kRight},
               {"SENT", Align::kRight},
               {"RECEIVED", Align::kRight}});
  for (const json& row : rows) {
    table.add({text_at(row, "client"), text_at(row, "listener"), text_at(row, "backend"), text_at(row, "state"),
               duration_at(row, "ageSeconds"), duration_at(row, "idleSeconds"), bytes_of(row, "toBackend"),
               bytes_of(row, "toClient")});
  }
  std::string text = table.to_string();
  if (total > rows.size())
    text += fmt::format("the longest {} of {} sessions; --limit N shows more\n", rows.size(), total);
  return text;
}

std::string explain_view(const json& explanation) {
  std::string text;
  for (const json& listener : explanation.at("listeners"))
    text += (text.empty() ? "" : "\n") + explain_listener(listener);
  return text;
}

std::string change_view(const json& change) {
  const json& backend = change.at("backend");
  return fmt::format(
      "backend {} of listener {}: {} ({}), weight {}, {} of new sessions; {} now\nevery worker knows it "
      "(generation {})\n",
      text_at(backend, "name"), text_at(backend, "listener"), state_of(backend), text_at(backend, "reason"),
      weight_of(backend), readable_share(backend.at("share").get<double>()),
      plural(number_at(backend.at("connections"), "active"), "session"), number_at(change, "generation"));
}

}  // namespace lb::client
