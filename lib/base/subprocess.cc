#include "lib/base/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>

#if defined(__linux__)
#include <sys/prctl.h>
#endif

extern char** environ;  // NOLINT(*-global-variables): POSIX has it so, and FreeBSD declares it nowhere

namespace base {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// All that the child needs between fork and exec, made before the fork: behind it only async-signal-safe calls are
// allowed in a program with threads (POSIX, fork), so nothing there may allocate.
struct Launch {
  std::string path;
  std::vector<std::string> words;
  std::vector<std::string> variables;
  std::vector<char*> argv;
  std::vector<char*> envp;
  std::string folder;
  std::array<int, 3> standard{};  // become 0, 1, 2; each is 3 or higher, or -1: leave as it is
  int report = -1;                // an errno and its stage are written here when exec fails
  pid_t parent = -1;
  OnParentDeath on_parent_death = OnParentDeath::kLiveOn;
  ProcessGroup group = ProcessGroup::kShared;
};

enum class Stage : int { kPrepare, kFolder, kExecute };
struct Trouble {
  Stage stage;
  int error;
};

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

// Above the standard three, so that dup2 in the child neither overwrites one that is still needed nor meets itself
// (dup2 of a descriptor onto itself keeps close-on-exec).
UniqueFd above_standard(UniqueFd fd) {
  if (!fd || fd.get() > 2) return fd;
  return UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
}

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail("cannot make a pipe: {}", errno_text(errno));
  Pipe pipe{above_standard(UniqueFd(ends[0])), above_standard(UniqueFd(ends[1]))};
  if (!pipe.read || !pipe.write) return fail("cannot make a pipe: {}", errno_text(errno));
  return pipe;
}

Result<UniqueFd> open_for_child(const std::filesystem::path& path, int flags) {
  UniqueFd fd = above_standard(UniqueFd(::open(path.c_str(), flags | O_CLOEXEC, 0600)));
  if (!fd) return fail("cannot open {}: {}", path.string(), errno_text(errno));
  return fd;
}

// One output stream: what the child writes to (closed: it inherits ours), and what we read from.
Result<Pipe> open_output(const OutputTarget& target) {
  if (std::holds_alternative<Inherit>(target)) return Pipe{};
  if (std::holds_alternative<Capture>(target)) return make_pipe();
  const auto* file = std::get_if<AppendTo>(&target);
  auto fd = file ? open_for_child(file->file, O_WRONLY | O_CREAT | O_APPEND) : open_for_child("/dev/null", O_WRONLY);
  if (!fd) return Failure(fd.error());
  return Pipe{{}, std::move(*fd)};
}

// Where execvp would look. Done before the fork: execvp may allocate.
std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return std::filesystem::absolute(name).string();
  const char* path = std::getenv("PATH");
  std::string_view rest = path ? path : "/usr/bin:/bin";
  while (true) {
    const auto colon = rest.find(':');
    const std::string_view folder = rest.substr(0, colon);
    std::string candidate = std::filesystem::absolute(std::filesystem::path(folder) / name).string();
    std::error_code ignored;
    if (::access(candidate.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(candidate, ignored)) {
      return candidate;
    }
    if (colon == std::string_view::npos) return {};
    rest.remove_prefix(colon + 1);
  }
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> variables;
  for (char** entry = environ; entry && *entry; ++entry) {
    const std::string_view text = *entry;
    if (!added.contains(std::string(text.substr(0, text.find('='))))) variables.emplace_back(text);
  }
  for (const auto& [name, value] : added) variables.push_back(fmt::format("{}={}", name, value));
  return variables;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (auto& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

Result<Launch> prepare(const std::vector<std::string>& argv, const SubprocessOptions& options) {
  if (argv.empty()) return fail("cannot start a program: no name was given");
  Launch launch;
  launch.path = find_program(argv.front());
  if (launch.path.empty()) {
    return fail("cannot start '{}': no such program in PATH; install it or give its whole path", argv.front());
  }
  launch.words = argv;
  launch.argv = pointers_to(launch.words);
  launch.variables = merged_environment(options.environment);
  launch.envp = pointers_to(launch.variables);
  launch.folder = options.working_folder.string();
  launch.parent = ::getpid();
  launch.on_parent_death = options.on_parent_death;
  launch.group = options.group;
  return launch;
}

// --- in the child: async-signal-safe calls only ---

[[noreturn]] void give_up(const Launch& launch, Stage stage) noexcept {
  const Trouble trouble{stage, errno};
  while (::write(launch.report, &trouble, sizeof trouble) < 0 && errno == EINTR) {
  }
  ::_exit(127);
}

// The child starts as from a fresh shell: handlers vanish at exec, but a blocked or ignored signal would stay so.
void reset_signals() noexcept {
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (const int signal : {SIGPIPE, SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD, SIGUSR1, SIGUSR2}) {
    ::sigaction(signal, &standard, nullptr);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void die_with_parent([[maybe_unused]] const Launch& launch) noexcept {
#if defined(__linux__)
  if (launch.on_parent_death != OnParentDeath::kDie) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != launch.parent) ::_exit(127);  // it died before prctl was called
#endif
}

[[noreturn]] void become_program(const Launch& launch) noexcept {
  if (launch.group == ProcessGroup::kOwn) ::setpgid(0, 0);
  die_with_parent(launch);
  for (int target = 0; target < 3; ++target) {
    const int fd = launch.standard[static_cast<std::size_t>(target)];
    if (fd >= 0 && ::dup2(fd, target) < 0) give_up(launch, Stage::kPrepare);
  }
  if (!launch.folder.empty() && ::chdir(launch.folder.c_str()) != 0) give_up(launch, Stage::kFolder);
  reset_signals();
  ::execve(launch.path.c_str(), launch.argv.data(), launch.envp.data());
  give_up(launch, Stage::kExecute);
}

// --- in the parent ---

// No signal is handled between fork and exec: a handler of ours would run in the child with our state.
pid_t fork_program(const Launch& launch) {
  sigset_t all;
  sigset_t old;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &old);
  const pid_t pid = ::fork();
  if (pid == 0) become_program(launch);
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &old, nullptr);
  errno = error;
  return pid;
}

// Blocks until exec has closed the pipe, or brings what went wrong before.
std::optional<Trouble> read_trouble(int fd) {
  Trouble trouble{};
  ssize_t n = 0;
  do {
    n = ::read(fd, &trouble, sizeof trouble);
  } while (n < 0 && errno == EINTR);
  if (n != sizeof trouble) return std::nullopt;
  return trouble;
}

Failure explain(const Launch& launch, const Trouble& trouble) {
  const std::string& name = launch.words.front();
  const std::string reason = errno_text(trouble.error);
  if (trouble.stage == Stage::kFolder) return fail("cannot start '{}' in {}: {}", name, launch.folder, reason);
  if (trouble.stage == Stage::kExecute)
    return fail("cannot start '{}': cannot execute {}: {}", name, launch.path, reason);
  return fail("cannot start '{}': cannot prepare its descriptors: {}", name, reason);
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

// Both pipes of a running program, read side by side: one after the other would deadlock on a full second pipe.
class Drain {
 public:
  Drain(const UniqueFd& out, const UniqueFd& err) noexcept {
    fds_[0] = {out.get(), POLLIN, 0};
    fds_[1] = {err.get(), POLLIN, 0};
  }

  // False: the deadline came first.
  [[nodiscard]] bool run(steady_clock::time_point deadline) {
    while (fds_[0].fd >= 0 || fds_[1].fd >= 0) {
      const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count();
      if (left <= 0) return false;
      const int ready = ::poll(fds_.data(), fds_.size(), static_cast<int>(std::min<long long>(left, 60'000)));
      if (ready < 0 && errno != EINTR) return false;
      for (std::size_t i = 0; ready > 0 && i < fds_.size(); ++i) read_some(i);
    }
    return true;
  }

  [[nodiscard]] std::string take(std::size_t i) noexcept { return std::move(texts_[i]); }

 private:
  void read_some(std::size_t i) {
    if (fds_[i].fd < 0 || fds_[i].revents == 0) return;
    std::array<char, 16384> chunk;  // NOLINT(*-member-init): read fills it
    const ssize_t n = ::read(fds_[i].fd, chunk.data(), chunk.size());
    if (n > 0) texts_[i].append(chunk.data(), static_cast<std::size_t>(n));
    if (n == 0 || (n < 0 && errno != EINTR)) fds_[i].fd = -1;  // poll passes over it from now on
  }

  std::array<pollfd, 2> fds_{};
  std::array<std::string, 2> texts_;
};

}  // namespace

std::string ExitStatus::to_string() const {
  if (kind == Kind::kExited) return fmt::format("exit code {}", value);
  return fmt::format("killed by signal {} ({})", value, ::strsignal(value));
}

Result<Subprocess> Subprocess::start(const std::vector<std::string>& argv, const SubprocessOptions& options) {
  auto launch = prepare(argv, options);
  if (!launch) return Failure(launch.error());
  auto in = open_for_child("/dev/null", O_RDONLY);
  if (!in) return Failure(in.error());
  auto out = open_output(options.out);
  if (!out) return fail("cannot start '{}': {}", argv.front(), out.error().message);
  auto err = open_output(options.err);
  if (!err) return fail("cannot start '{}': {}", argv.front(), err.error().message);
  auto report = make_pipe();
  if (!report) return Failure(report.error());
  launch->standard = {in->get(), out->write.get(), err->write.get()};
  launch->report = report->write.get();

  const pid_t pid = fork_program(*launch);
  if (pid < 0) return fail("cannot start '{}': fork: {}", argv.front(), errno_text(errno));
  report->write.reset();
  if (const auto trouble = read_trouble(report->read.get())) {
    reap(pid, 0);
    return explain(*launch, *trouble);
  }
  return Subprocess(pid, std::move(out->read), std::move(err->read));
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
  Drain drain(process->out(), process->err());
  const bool all_read = drain.run(deadline);
  const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
  const auto status = process->wait_for(std::max(left, milliseconds{0}));
  if (!all_read || !status) return fail("'{}' did not end within {} ms and was killed", joined(argv), timeout.count());
  return Output{*status, drain.take(0), drain.take(1)};
}

}  // namespace base
