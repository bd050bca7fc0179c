#include "lb/control/succession.h"

#include <fcntl.h>
#include <poll.h>

#include <csignal>
#include <utility>

#include "lb/control/known_counts.h"
#include "lb/control/known_json.h"
#include "lb/control/known_state.h"
#include "lb/net/descriptor_channel.h"

namespace lb::control {
namespace {

constexpr std::chrono::seconds kReportInterval{1};
constexpr std::chrono::milliseconds kReportPatience{100};

}  // namespace

Succession::Succession(Parts parts, base::Supervisor supervisor)
    : parts_(parts),
      supervisor_(std::move(supervisor)),
      elders_(parts.loop, parts.controller, parts.clock),
      report_timer_(parts.loop, [this] { report(); }) {}

void Succession::start_by(std::vector<std::string> argv) {
  upgrader_ = std::make_unique<Upgrader>(parts_.loop, std::move(argv));
}

// ---- the new process

void Succession::follow(base::UniqueFd channel, Handover& handover) {
  channel_ = std::move(channel);
  counted_ = part_of(handover.state, "counts");
  const nlohmann::json& told = part_of(handover.state, "elders");
  for (std::size_t i = 0; i < handover.elders.size(); ++i) {
    elders_.add(std::move(handover.elders[i]), i < told.size() ? told[i] : nlohmann::json());
  }
}

void Succession::announce() {
  supervisor_.tell_ready();
  if (!channel_) return;
  if (auto sent = net::send_message(channel_.get(), kReady, {}, kHandoverPatience); !sent) {
    parts_.log.warn("the process before this one does not hear that this one serves: {}", sent.error().message);
  }
  elders_.add(std::move(channel_), std::move(counted_));
}

// ---- the old process

base::Result<Handover> Succession::handover() {
  Handover handover;
  auto listeners = parts_.listening.copies();
  if (!listeners) return base::Failure(listeners.error());
  handover.listeners = *std::move(listeners);
  auto doors = parts_.server.copy_doors();
  handover.admin = std::move(doors.tcp);
  handover.control_socket = std::move(doors.unix_socket);
  handover.control_socket_activated = doors.unix_socket_activated;
  auto elders = elders_.give();
  handover.elders = std::move(elders.channels);
  handover.state = known_state(parts_.controller, parts_.passive_checker, parts_.clock.now());
  handover.state["elders"] = std::move(elders.last);
  return handover;
}

void Succession::upgrade(const Done& done) {
  const auto tell = [this, done](const base::Result<pid_t>& result) {
    if (!result) parts_.log.error("no upgrade, this process goes on: {}", result.error().message);
    if (!result) elders_.take_back();
    if (done && !result) done(base::Failure(result.error()));
    if (result) on_followed(*result, done);
  };
  if (!upgrader_) return tell(base::fail("it is not known how this process was started"));
  if (const auto can = upgrader_->can_start(); !can) {
    parts_.log.info("no upgrade: {}", can.error().message);
    if (done) done(base::Failure(can.error()));
    return;
  }
  parts_.log.info("upgrading: starting the program anew");
  const auto given = handover();
  if (!given) return tell(base::Failure(given.error()));
  upgrader_->start(*given, tell);
}

void Succession::cancel_upgrade(const std::string& why) {
  if (upgrader_) upgrader_->cancel(why);
}

void Succession::on_followed(pid_t successor, const Done& done) {
  successor_ = successor;
  supervisor_.tell(fmt::format("MAINPID={}", successor));
  elders_.leave();
  report();
  retire_([this, successor, done] {
    parts_.log.info("process {} serves now; this one ends with its last session", successor);
    if (done) done(fmt::format("process {} serves now", successor));
  });
}

// Its end of the channel is closed when it ends, and its pid may be another's then.
void Succession::pass_on(int signal) const noexcept {
  if (!successor_) return;
  pollfd end{.fd = upgrader_->channel(), .events = 0, .revents = 0};
  if (::poll(&end, 1, 0) == 0) ::kill(*successor_, signal);
}

void Succession::report() {
  if (!successor_) return;
  auto counts = known_counts(parts_.controller);
  const base::SteadyTime now = parts_.clock.now();
  if (!held_told_ || now - *held_told_ >= held_interval(parts_.controller)) {
    add_held(counts, parts_.controller, now);
    held_told_ = now;
  }
  // What could not be sent now is in the next sum.
  static_cast<void>(net::send_message(upgrader_->channel(), counts.dump(), {}, kReportPatience));
  report_timer_.start(kReportInterval);
}

}  // namespace lb::control
