#include "lb/control/elders.h"

#include <fcntl.h>

#include <memory>
#include <utility>

#include "lb/control/known_counts.h"
#include "lb/control/known_state.h"
#include "lb/net/descriptor_channel.h"

namespace lb::control {

Elders::Elders(net::EventLoop& loop, Controller& controller, const base::Clock& clock)
    : loop_(loop), controller_(controller), clock_(clock), sweep_(loop, [this] {
        std::erase_if(elders_, [](const Elder& elder) { return elder.gone; });
        if (changed_) changed_();
      }) {}

void Elders::add(base::UniqueFd channel, nlohmann::json last) {
  Elder& elder = elders_.emplace_back(Elder{std::move(channel), std::move(last), nullptr});
  count_open();
  listen_to(elder);
  if (changed_) changed_();
}

void Elders::listen_to(Elder& elder) {
  elder.watch = std::make_unique<net::Watch>(loop_, elder.channel.get(), [this, &elder] { hear(elder); });
}

// What cannot be received, for want of a descriptor perhaps, comes again with the next message: all counts are sums.
void Elders::hear(Elder& elder) {
  const auto message = net::receive_message(elder.channel.get(), std::chrono::milliseconds{0});
  if (!message) return;
  if (*message) {
    auto counts = nlohmann::json::parse((*message)->text, nullptr, false);
    if (counts.is_discarded()) return;
    add_counts(counts, elder.last, controller_);
    refresh_held(counts, controller_, clock_.now());
    for (auto& listener : counts) {
      if (listener.is_object()) listener.erase("held");
    }
    elder.last = std::move(counts);
    return count_open();
  }
  end_open_sessions(elder.last, controller_);
  elder.watch->stop();
  elder.gone = true;
  count_open();
  sweep_.start(std::chrono::milliseconds{0});
}

void Elders::count_open() {
  std::vector<const nlohmann::json*> told;
  for (const Elder& elder : elders_) {
    if (!elder.gone) told.push_back(&elder.last);
  }
  hold_open_sessions(told, controller_);
}

Elders::Given Elders::give() {
  Given given{.channels = {}, .last = nlohmann::json::array()};
  for (Elder& elder : elders_) {
    if (elder.gone) continue;
    elder.watch->stop();
    given.channels.emplace_back(::fcntl(elder.channel.get(), F_DUPFD_CLOEXEC, 0));
    given.last.push_back(elder.last);
  }
  return given;
}

void Elders::take_back() {
  for (Elder& elder : elders_) {
    if (!elder.gone) listen_to(elder);
  }
}

void Elders::leave() {
  elders_.clear();
}

}  // namespace lb::control
