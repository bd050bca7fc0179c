// Subprocess: one program that was started, and the duty to reap it.
//
// It is started from a list of words, never through a shell, with its standard input at /dev/null or what it is given,
// and no descriptor of ours but the three standard ones and the channel, if there is one. Who destroys a Subprocess
// that still runs kills it (SIGKILL) and reaps it, so that nothing outlives its owner. Safe in a program with threads;
// each object belongs to one thread at a time. The program must not ignore SIGCHLD, and must not reap children that are
// not its own.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/launch.h"
#include "lib/base/result.h"
#include "lib/base/unique_fd.h"

namespace base {

// How a program ended.
struct ExitStatus {
  enum class Kind { kExited, kKilled };

  Kind kind = Kind::kExited;
  int value = 0;  // kExited: the exit code; kKilled: the signal

  [[nodiscard]] bool ok() const noexcept { return kind == Kind::kExited && value == 0; }
  [[nodiscard]] std::string to_string() const;  // "exit code 2", "killed by signal 9 (Killed)"

  friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
};

class Subprocess {
 public:
  static constexpr int kChannel = kChannelDescriptor;

  // argv[0] is looked up in PATH unless it holds a slash (then it is relative to our folder). A program that is missing
  // or that the system does not execute is an error here, not an exit code later.
  [[nodiscard]] static Result<Subprocess> start(const std::vector<std::string>& argv,
                                                const SubprocessOptions& options = {});

  Subprocess(Subprocess&& other) noexcept;
  Subprocess& operator=(Subprocess&& other) noexcept;
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;
  ~Subprocess();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] bool is_running();

  // The same, but not as a child of ours: PID 1 (or a subreaper) adopts it, and notices how it ends. Gives its pid.
  [[nodiscard]] static Result<pid_t> start_orphan(const std::vector<std::string>& argv,
                                                  const SubprocessOptions& options = {});

  // From now on it is nobody's: it is neither killed nor reaped by us. Gives its pid.
  pid_t detach() && noexcept { return std::exchange(pid_, -1); }

  // An error once the program has ended and was reaped.
  [[nodiscard]] Result<void> send_signal(int signal);

  // Both may be called again after the end, and answer the same.
  ExitStatus wait();
  [[nodiscard]] std::optional<ExitStatus> wait_for(std::chrono::milliseconds timeout);  // nothing: it still runs

  // SIGTERM, then SIGKILL once `grace` has gone by.
  ExitStatus stop(std::chrono::milliseconds grace);

  // The read end of a Capture; closed (-1) for every other target. A program blocks once a pipe is full (64 KiB), so
  // read it, or use run_captured.
  [[nodiscard]] const UniqueFd& out() const noexcept { return out_; }
  [[nodiscard]] const UniqueFd& err() const noexcept { return err_; }

 private:
  Subprocess(pid_t pid, UniqueFd out, UniqueFd err) noexcept;
  void kill_and_reap() noexcept;

  pid_t pid_ = -1;  // -1: moved from
  std::optional<ExitStatus> status_;
  UniqueFd out_;
  UniqueFd err_;
};

struct Output {
  ExitStatus status;
  std::string out;
  std::string err;
};

// Runs the program to its end and reads all that it prints; options.out and options.err are not looked at. Past
// `timeout` the program is killed and that is an error. A program that ends with another code than 0 is a value.
[[nodiscard]] Result<Output> run_captured(const std::vector<std::string>& argv, const SubprocessOptions& options = {},
                                          std::chrono::milliseconds timeout = std::chrono::minutes{5});

}  // namespace base
