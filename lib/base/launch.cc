#include "lib/base/launch.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <string_view>

#if defined(__linux__)
#include <sys/prctl.h>
#endif

extern char** environ;  // NOLINT(*-global-variables): POSIX has it so, and FreeBSD declares it nowhere

namespace base {
namespace {

// All that the child needs between fork and exec, made before the fork: behind it only async-signal-safe calls are
// allowed in a program with threads (POSIX, fork), so nothing there may allocate.
struct Plan {
  std::string path;
  std::vector<std::string> words;
  std::vector<std::string> variables;
  std::vector<char*> argv;
  std::vector<char*> envp;
  std::string folder;
  std::array<int, 3> standard{};  // become 0, 1, 2; each is 3 or higher, or -1: leave as it is
  int channel = -1;               // becomes kChannelDescriptor
  int ignored_signal = 0;
  int report = -1;  // a Report is written here
  pid_t parent = -1;
  OnParentDeath on_parent_death = OnParentDeath::kLiveOn;
  ProcessGroup group = ProcessGroup::kShared;
  bool as_orphan = false;
};

// What the child reports: the pid of an orphan, or what went wrong and its errno. Nothing, then the end: all is well.
enum class Stage : int { kOrphan, kPrepare, kFolder, kExecute };
struct Report {
  Stage stage;
  int value;
};

// Above those that the program gets, so that dup2 in the child neither overwrites one that is still needed nor meets
// itself (dup2 of a descriptor onto itself keeps close-on-exec).
UniqueFd above_standard(UniqueFd fd) {
  if (!fd || fd.get() > kChannelDescriptor) return fd;
  return UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, kChannelDescriptor + 1));
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

Result<UniqueFd> pass_on(int given) {
  UniqueFd fd(::fcntl(given, F_DUPFD_CLOEXEC, kChannelDescriptor + 1));
  if (!fd) return fail("cannot pass descriptor {} on to it: {}", given, errno_text(errno));
  return fd;
}

Result<UniqueFd> open_input(int given) {
  return given < 0 ? open_for_child("/dev/null", O_RDONLY) : pass_on(given);
}

Result<UniqueFd> open_target(const OutputTarget& target) {
  if (const auto* file = std::get_if<AppendTo>(&target)) {
    return open_for_child(file->file, O_WRONLY | O_CREAT | O_APPEND);
  }
  if (const auto* given = std::get_if<WriteTo>(&target)) return pass_on(given->descriptor);
  return open_for_child("/dev/null", O_WRONLY);
}

// One output stream: what the child writes to (closed: it inherits ours), and what we read from.
Result<Pipe> open_output(const OutputTarget& target) {
  if (std::holds_alternative<Inherit>(target)) return Pipe{};
  if (std::holds_alternative<Capture>(target)) return make_pipe();
  auto fd = open_target(target);
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

Result<Plan> prepare(const std::vector<std::string>& argv, const SubprocessOptions& options) {
  if (argv.empty()) return fail("cannot start a program: no name was given");
  Plan plan;
  plan.path = find_program(argv.front());
  if (plan.path.empty()) {
    return fail("cannot start '{}': no such program in PATH; install it or give its whole path", argv.front());
  }
  plan.words = argv;
  plan.argv = pointers_to(plan.words);
  plan.variables = merged_environment(options.environment);
  plan.envp = pointers_to(plan.variables);
  plan.folder = options.working_folder.string();
  plan.parent = ::getpid();
  plan.on_parent_death = options.on_parent_death;
  plan.group = options.group;
  plan.channel = options.channel;
  plan.ignored_signal = options.ignored_signal;
  return plan;
}

// --- in the child: async-signal-safe calls only ---

void report(const Plan& plan, Stage stage, int value) noexcept {
  const Report report{stage, value};
  while (::write(plan.report, &report, sizeof report) < 0 && errno == EINTR) {
  }
}

[[noreturn]] void give_up(const Plan& plan, Stage stage) noexcept {
  report(plan, stage, errno);
  ::_exit(127);
}

// The child starts as from a fresh shell: handlers vanish at exec, but a blocked or ignored signal would stay so.
void reset_signals(const Plan& plan) noexcept {
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (const int signal : {SIGPIPE, SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD, SIGUSR1, SIGUSR2}) {
    ::sigaction(signal, &standard, nullptr);
  }
  if (plan.ignored_signal != 0) static_cast<void>(::signal(plan.ignored_signal, SIG_IGN));
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void die_with_parent([[maybe_unused]] const Plan& plan) noexcept {
#if defined(__linux__)
  if (plan.on_parent_death != OnParentDeath::kDie) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != plan.parent) ::_exit(127);  // it died before prctl was called
#endif
}

[[noreturn]] void become_program(const Plan& plan) noexcept {
  if (plan.group == ProcessGroup::kOwn) ::setpgid(0, 0);
  die_with_parent(plan);
  for (int target = 0; target < 3; ++target) {
    const int fd = plan.standard[static_cast<std::size_t>(target)];
    if (fd >= 0 && ::dup2(fd, target) < 0) give_up(plan, Stage::kPrepare);
  }
  const bool is_there = plan.channel == kChannelDescriptor;
  if (is_there && ::fcntl(plan.channel, F_SETFD, 0) < 0) give_up(plan, Stage::kPrepare);
  if (plan.channel >= 0 && !is_there && ::dup2(plan.channel, kChannelDescriptor) < 0) {
    give_up(plan, Stage::kPrepare);
  }
  if (!plan.folder.empty() && ::chdir(plan.folder.c_str()) != 0) give_up(plan, Stage::kFolder);
  reset_signals(plan);
  ::execve(plan.path.c_str(), plan.argv.data(), plan.envp.data());
  give_up(plan, Stage::kExecute);
}

// The parent of the program ends at once.
[[noreturn]] void become_orphan(const Plan& plan) noexcept {
  const pid_t pid = ::fork();
  if (pid < 0) give_up(plan, Stage::kPrepare);
  if (pid == 0) become_program(plan);
  report(plan, Stage::kOrphan, pid);
  ::_exit(0);
}

// --- in the parent ---

// No signal is handled between fork and exec: a handler of ours would run in the child with our state.
pid_t fork_program(const Plan& plan) {
  sigset_t all;
  sigset_t old;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &old);
  const pid_t pid = ::fork();
  if (pid == 0 && plan.as_orphan) become_orphan(plan);
  if (pid == 0) become_program(plan);
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &old, nullptr);
  errno = error;
  return pid;
}

// Blocks until there is one; nothing once exec has closed the pipe.
std::optional<Report> read_report(int fd) {
  Report report{};
  ssize_t n = 0;
  do {
    n = ::read(fd, &report, sizeof report);
  } while (n < 0 && errno == EINTR);
  if (n != sizeof report) return std::nullopt;
  return report;
}

Failure explain(const Plan& plan, const Report& trouble) {
  const std::string& name = plan.words.front();
  const std::string reason = errno_text(trouble.value);
  if (trouble.stage == Stage::kFolder) return fail("cannot start '{}' in {}: {}", name, plan.folder, reason);
  if (trouble.stage == Stage::kExecute)
    return fail("cannot start '{}': cannot execute {}: {}", name, plan.path, reason);
  return fail("cannot start '{}': cannot prepare its descriptors: {}", name, reason);
}

void reap(pid_t pid) noexcept {
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

Result<Launched> launch(const std::vector<std::string>& argv, const SubprocessOptions& options, Kinship kinship) {
  auto plan = prepare(argv, options);
  if (!plan) return Failure(plan.error());
  plan->as_orphan = kinship == Kinship::kOrphan;
  auto in = open_input(options.input);
  if (!in) return fail("cannot start '{}': {}", argv.front(), in.error().message);
  auto out = open_output(options.out);
  if (!out) return fail("cannot start '{}': {}", argv.front(), out.error().message);
  auto err = open_output(options.err);
  if (!err) return fail("cannot start '{}': {}", argv.front(), err.error().message);
  auto report = make_pipe();
  if (!report) return Failure(report.error());
  plan->standard = {in->get(), out->write.get(), err->write.get()};
  plan->report = report->write.get();

  const pid_t child = fork_program(*plan);
  if (child < 0) return fail("cannot start '{}': fork: {}", argv.front(), errno_text(errno));
  report->write.reset();
  pid_t pid = child;
  std::optional<Report> trouble;
  while (const auto told = read_report(report->read.get())) {
    if (told->stage == Stage::kOrphan) {
      pid = told->value;
    } else {
      trouble = told;
    }
  }
  if (trouble || plan->as_orphan) reap(child);
  if (trouble) return explain(*plan, *trouble);
  return Launched{pid, std::move(out->read), std::move(err->read)};
}

}  // namespace base
