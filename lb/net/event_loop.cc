#include "lb/net/event_loop.h"

#include <stdexcept>

namespace lb::net {
namespace {

// After so many callbacks the loop polls again, so that a stream that yields does not keep newcomers waiting.
constexpr int kCallbacksBetweenPolls = 64;

struct FreeConfig {
  void operator()(event_config* config) const noexcept { event_config_free(config); }
};

event_base* new_base() {
  const std::unique_ptr<event_config, FreeConfig> config(event_config_new());
  if (!config) return nullptr;
  event_config_set_flag(config.get(), EVENT_BASE_FLAG_NOLOCK);
  event_config_set_max_dispatch_interval(config.get(), nullptr, kCallbacksBetweenPolls, 0);
#ifdef KEEPSTATE_PORTABLE
  for (const char* method : {"epoll", "kqueue", "devpoll", "evport", "select"}) {
    event_config_avoid_method(config.get(), method);
  }
#endif
  return event_base_new_with_config(config.get());
}

}  // namespace

EventLoop::EventLoop() : base_(new_base()) {
  if (!base_) throw std::runtime_error("cannot make an event loop: the system gave no event descriptor");
  const int features = event_base_get_features(base_.get());
  edge_triggered_ = (features & EV_FEATURE_ET) != 0;
  tells_ends_ = edge_triggered_ && (features & EV_FEATURE_EARLY_CLOSE) != 0;
}

void EventLoop::run() noexcept {
  event_base_loop(base_.get(), EVLOOP_NO_EXIT_ON_EMPTY);
}

void EventLoop::stop() noexcept {
  event_base_loopbreak(base_.get());
}

}  // namespace lb::net
