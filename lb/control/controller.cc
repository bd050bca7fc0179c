#include "lb/control/controller.h"

#include <utility>

#include "lb/snapshot/build_snapshot.h"

namespace lb::control {

Controller::Controller(const config::Config& config, std::size_t workers, std::uint64_t max_connections,
                       const base::Log& log)
    : log_(log), max_connections_(max_connections) {
  for (const cluster::Listener& listener : config.listeners) {
    ListenerView view{.config = listener, .backends = {}, .fail_open = false};
    for (const cluster::Backend& backend : listener.backends) {
      view.backends.push_back(
          {.state = std::make_shared<backend::BackendState>(backend.name, backend.address, workers), .up = true});
    }
    listeners_.push_back(std::move(view));
  }
  rebuild();
}

void Controller::set_up(BackendId id, std::string_view reason) {
  ListenerView& listener = listeners_[id.listener];
  BackendView& backend = listener.backends[id.backend];
  if (std::exchange(backend.up, true)) return;
  log_.info("backend {} of listener {} is up: {}", backend.state->name(), listener.config.name, reason);
  rebuild();
}

void Controller::set_down(BackendId id, std::string_view reason) {
  ListenerView& listener = listeners_[id.listener];
  BackendView& backend = listener.backends[id.backend];
  if (!std::exchange(backend.up, false)) return;
  log_.warn("backend {} of listener {} is down: {}", backend.state->name(), listener.config.name, reason);
  rebuild();
}

void Controller::rebuild() {
  std::vector<snapshot::ListenerView> views;
  for (const ListenerView& listener : listeners_) {
    snapshot::ListenerView view{.listener = listener.config, .states = {}, .up = {}};
    for (const BackendView& backend : listener.backends) {
      view.states.push_back(backend.state);
      view.up.push_back(backend.up);
    }
    views.push_back(std::move(view));
  }
  const std::uint64_t generation = snapshot_ ? snapshot_->generation + 1 : 1;
  snapshot_ = snapshot::build_snapshot(generation, views, max_connections_);
  note_fail_open();
  if (publish_) publish_(snapshot_);
}

void Controller::note_fail_open() {
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    const bool now = snapshot_->pools[i].fail_open;
    const bool before = std::exchange(listeners_[i].fail_open, now);
    const std::string& name = listeners_[i].config.name;
    if (now && !before) log_.warn("no backend of listener {} is up: all of them are tried (fail open)", name);
    if (!now && before) log_.info("listener {} has a backend that is up again: health counts again", name);
  }
}

}  // namespace lb::control
