#include "lb/control/upgrader.h"

#include <csignal>
#include <utility>

#include "lb/net/descriptor_channel.h"
#include "lib/base/subprocess.h"

namespace lb::control {

Upgrader::Upgrader(net::EventLoop& loop, std::vector<std::string> argv)
    : loop_(loop), argv_(std::move(argv)), patience_(loop, [this] {
        fail_with(fmt::format("the new process did not serve within {} s", kHandoverPatience.count()));
      }) {}

Upgrader::~Upgrader() {
  if (is_under_way()) ::kill(process_, SIGKILL);
}

void Upgrader::cancel(const std::string& why) {
  if (is_under_way()) fail_with(why);
}

base::Result<void> Upgrader::can_start() const {
  if (over_) return base::fail("this process has handed over already; ask the new one");
  if (done_) return base::fail("an upgrade is under way");
  if (argv_.empty()) return base::fail("it is not known how this process was started");
  return {};
}

void Upgrader::start(const Handover& handover, Done done) {
  if (const auto can = can_start(); !can) return done(base::Failure(can.error()));
  auto ends = net::open_channel();
  if (!ends) return done(base::Failure(ends.error()));
  // Before there is a process: what it waits for lies there when it comes.
  if (auto sent = send_handover(ends->first.get(), handover); !sent) return done(base::Failure(sent.error()));
  const auto process =
      base::Subprocess::start_orphan(argv_, {.environment = {{kHandoverVariable, "1"}, {"WATCHDOG_PID", ""}},
                                             .channel = ends->second.get(),
                                             .ignored_signal = SIGUSR1});
  if (!process) return done(base::Failure(process.error()));
  process_ = *process;
  channel_ = std::move(ends->first);
  done_ = std::move(done);
  watch_ = std::make_unique<net::Watch>(loop_, channel_.get(), [this] { on_word(); });
  patience_.start(kHandoverPatience);
}

void Upgrader::on_word() {
  const auto word = net::receive_message(channel_.get(), kHandoverPatience);
  if (word && *word && (*word)->text == kReady) return finish(process_);
  if (word && *word) return finish(base::fail("the new process cannot serve: {}", (*word)->text));
  if (word) return finish(base::fail("the new process ended before it served; its log says why"));
  fail_with("the new process is not understood: " + word.error().message);
}

// It has not ended, so the pid is its own.
void Upgrader::fail_with(const std::string& why) {
  ::kill(process_, SIGKILL);
  finish(base::fail("{}", why));
}

// The watch, which may be the caller, is only stopped here.
void Upgrader::finish(const base::Result<pid_t>& result) {
  patience_.cancel();
  watch_->stop();
  over_ = result.has_value();
  if (!over_) channel_.reset();
  std::exchange(done_, nullptr)(result);
}

}  // namespace lb::control
