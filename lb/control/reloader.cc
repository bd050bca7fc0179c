#include "lb/control/reloader.h"

#include <algorithm>
#include <utility>

#include "lb/control/tls_contexts.h"

namespace lb::control {
namespace {

using Sockets = proxy::Listening::Sockets;

// What one reload did to the listeners, or to the backends of those that stay.
struct Difference {
  std::size_t added = 0;
  std::size_t removed = 0;
  std::size_t changed = 0;

  void note(const Difference& other) noexcept {
    added += other.added;
    removed += other.removed;
    changed += other.changed;
  }
  [[nodiscard]] std::string text(std::string_view what) const {
    std::string text;
    const auto say = [&](std::size_t count, std::string_view done) {
      if (count == 0) return;
      text += fmt::format("{}{} {}{} {}", text.empty() ? "" : ", ", count, what, count == 1 ? "" : "s", done);
    };
    say(added, "added");
    say(removed, "removed");
    say(changed, "changed");
    return text;
  }
};

template <class One>
bool is_same(const One& a, const One& b) noexcept {
  return a.name == b.name && a.address == b.address;
}

template <class One>
const One* find_same(const std::vector<One>& all, const One& one) noexcept {
  const auto found = std::ranges::find_if(all, [&](const One& other) { return is_same(one, other); });
  return found == all.end() ? nullptr : &*found;
}

template <class One>
Difference difference(const std::vector<One>& before, const std::vector<One>& after) {
  Difference found;
  for (const One& one : after) {
    const One* const same = find_same(before, one);
    if (same == nullptr) ++found.added;
    if (same != nullptr && *same != one) ++found.changed;
  }
  for (const One& one : before) {
    if (find_same(after, one) == nullptr) ++found.removed;
  }
  return found;
}

std::string summary(const config::Config& before, const config::Config& after) {
  Difference backends;
  for (const cluster::Listener& listener : after.listeners) {
    const cluster::Listener* const same = find_same(before.listeners, listener);
    if (same != nullptr) backends.note(difference(same->backends, listener.backends));
  }
  std::string text = difference(before.listeners, after.listeners).text("listener");
  const std::string of_backends = backends.text("backend");
  if (!of_backends.empty()) text += (text.empty() ? "" : "; ") + of_backends;
  return text.empty() ? "nothing has changed" : text;
}

}  // namespace

Reloader::Reloader(Parts parts, config::Config running, Limit limit, const base::Log& log)
    : parts_(parts), running_(std::move(running)), limit_(std::move(limit)), log_(log) {
  status_.last_success = std::chrono::system_clock::now();
}

base::Result<std::string> Reloader::apply(const config::Config& config) {
  auto followed = follow(config);
  if (!followed) {
    note_refusal(followed.error().message);
    return followed;
  }
  const auto now = std::chrono::system_clock::now();
  status_ = {.last_successful = true,
             .last = now,
             .last_success = now,
             .generation = status_.generation + 1,
             .message = *followed};
  parts_.controller.note_event(Event::Level::kInfo, "reloaded: " + *followed);
  return followed;
}

void Reloader::note_refusal(const std::string& why) {
  status_.last_successful = false;
  status_.last = std::chrono::system_clock::now();
  status_.message = why;
  parts_.controller.note_event(Event::Level::kError, "not reloaded, all goes on as before: " + why);
}

base::Result<std::string> Reloader::follow(const config::Config& config) {
  auto tls = make_tls_contexts(config.listeners);
  if (!tls) return base::Failure(tls.error());
  auto sockets = open_new(config);
  if (!sockets) return base::Failure(sockets.error());
  for (const Sockets& one : *sockets) {
    if (auto kept = parts_.listening.keep(one); !kept) return base::Failure(kept.error());
  }
  // From here on nothing fails.
  begun_ = *std::move(sockets);
  std::vector<proxy::Listening::Key> keys;
  for (const cluster::Listener& listener : config.listeners) keys.push_back({listener.name, listener.address});
  parts_.listening.retain(keys);
  parts_.controller.reload(config, limit_(config));
  parts_.checker.reconcile(*std::move(tls));
  parts_.passive_checker.reconcile();
  parts_.rebalancer.reconcile();
  warn_of_what_waits(config);
  return summary(std::exchange(running_, config), config);
}

base::Result<std::vector<Sockets>> Reloader::open_new(const config::Config& config) const {
  std::vector<Sockets> opened;
  for (const cluster::Listener& listener : config.listeners) {
    if (find_same(running_.listeners, listener) != nullptr) continue;
    auto sockets = parts_.listening.open({listener.name, listener.address});
    if (!sockets) return base::fail("listener '{}': {}", listener.name, sockets.error().message);
    opened.push_back(*std::move(sockets));
  }
  return opened;
}

std::vector<proxy::WorkerGroup::Opened> Reloader::take_opened() {
  std::vector<proxy::WorkerGroup::Opened> opened;
  for (Sockets& sockets : std::exchange(begun_, {})) {
    for (const ListenerView& listener : parts_.controller.listeners()) {
      if (sockets.key == proxy::Listening::Key{listener.config.name, listener.config.address})
        opened.push_back({listener.state, std::move(sockets.fds)});
    }
  }
  return opened;
}

void Reloader::warn_of_what_waits(const config::Config& config) const {
  const auto warn = [this](std::string_view key) {
    log_.warn("{} has changed: that takes effect with the next upgrade (keepstate-lb upgrade) or start", key);
  };
  if (config.workers != running_.workers) warn("workers");
  if (config.reuse_sockets != running_.reuse_sockets) warn("reuseSockets");
  if (config.admin != running_.admin) warn("admin.address");
  if (config.socket != running_.socket) warn("socket");
  if (config.access_log != running_.access_log) warn("accessLog");
}

}  // namespace lb::control
