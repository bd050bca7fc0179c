#include "lib/base/subprocess.h"

#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include "lib/base/drain.h"

namespace base {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

// Nothing: it still runs (with WNOHANG). ECHILD means that somebody took the status from us.
std::optional<ExitStatus> reap(pid_t pid, int flags) noexcept {
  int status = 0;
  pid_t reaped = 0;
  do {
    reaped = ::waitpid(pid, &status, flags);
  } while (reaped < 0 && errno == EINTR);
  if (reaped == 0) return std::nullopt;
  if (reaped < 0) return ExitStatus{ExitStatus::Kind::kExited, 255};
  if (WIFSIGNALED(status)) return ExitStatus{ExitStatus::Kind::kKilled, WTERMSIG(status)};
  return ExitStatus{ExitStatus::Kind::kExited, WEXITSTATUS(status)};
}

}  // namespace

std::string ExitStatus::to_string() const {
  if (kind == Kind::kExited) return fmt::format("exit code {}", value);
  return fmt::format("killed by signal {} ({})", value, ::strsignal(value));
}

Result<Subprocess> Subprocess::start(const std::vector<std::string>& argv, const SubprocessOptions& options) {
  auto started = launch(argv, options, Kinship::kChild);
  if (!started) return Failure(started.error());
  return Subprocess(started->pid, std::move(started->out), std::move(started->err));
}

Result<pid_t> Subprocess::start_orphan(const std::vector<std::string>& argv, const SubprocessOptions& options) {
  auto started = launch(argv, options, Kinship::kOrphan);
  if (!started) return Failure(started.error());
  return started->pid;
}

Subprocess::Subprocess(pid_t pid, UniqueFd out, UniqueFd err) noexcept
    : pid_(pid), out_(std::move(out)), err_(std::move(err)) {}

Subprocess::Subprocess(Subprocess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      status_(other.status_),
      out_(std::move(other.out_)),
      err_(std::move(other.err_)) {}

Subprocess& Subprocess::operator=(Subprocess&& other) noexcept {
  if (this == &other) return *this;
  kill_and_reap();
  pid_ = std::exchange(other.pid_, -1);
  status_ = other.status_;
  out_ = std::move(other.out_);
  err_ = std::move(other.err_);
  return *this;
}

Subprocess::~Subprocess() {
  kill_and_reap();
}

void Subprocess::kill_and_reap() noexcept {
  if (pid_ < 0 || status_) return;
  ::kill(pid_, SIGKILL);  // it is ours until reaped, so the pid cannot be another program's by now
  status_ = reap(pid_, 0);
}

bool Subprocess::is_running() {
  return !wait_for(milliseconds{0});
}

Result<void> Subprocess::send_signal(int signal) {
  if (pid_ < 0 || status_) return fail("cannot send signal {}: the program has ended", signal);
  if (::kill(pid_, signal) != 0) return fail("cannot send signal {} to {}: {}", signal, pid_, errno_text(errno));
  return {};
}

ExitStatus Subprocess::wait() {
  if (!status_) status_ = reap(pid_, 0);
  return *status_;
}

// waitpid knows no deadline, and what does (pidfd, kqueue) differs by system: look again after short naps.
std::optional<ExitStatus> Subprocess::wait_for(milliseconds timeout) {
  const auto deadline = steady_clock::now() + timeout;
  milliseconds nap{1};
  while (!status_) {
    status_ = reap(pid_, WNOHANG);
    if (status_ || steady_clock::now() >= deadline) break;
    std::this_thread::sleep_for(nap);
    nap = std::min(nap * 2, milliseconds{10});
  }
  return status_;
}

ExitStatus Subprocess::stop(milliseconds grace) {
  if (!status_) ::kill(pid_, SIGTERM);
  if (!wait_for(grace)) ::kill(pid_, SIGKILL);
  return wait();
}

Result<Output> run_captured(const std::vector<std::string>& argv, const SubprocessOptions& options,
                            milliseconds timeout) {
  SubprocessOptions captured = options;
  captured.out = Capture{};
  captured.err = Capture{};
  const auto deadline = steady_clock::now() + timeout;
  auto process = Subprocess::start(argv, captured);
  if (!process) return Failure(process.error());
  Drain drain({process->out().get(), process->err().get()});
  const bool all_read = drain.run(deadline);
  const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
  const auto status = process->wait_for(std::max(left, milliseconds{0}));
  if (!all_read || !status) return fail("'{}' did not end within {} ms and was killed", joined(argv), timeout.count());
  return Output{*status, drain.take(0), drain.take(1)};
}

}  // namespace base
