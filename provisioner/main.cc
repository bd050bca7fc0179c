#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <thread>

#include "provisioner/commands.h"
#include "provisioner/step/system_host.h"

namespace {

// The only way from a signal to the work: lock-free, and there before the program begins.
std::atomic<bool>& interrupted() {
  static_assert(std::atomic<bool>::is_always_lock_free);
  static constinit std::atomic<bool> flag{false};
  return flag;
}

extern "C" void interrupt(int signal) {
  if (interrupted().exchange(true)) std::_Exit(128 + signal);  // who asks twice does not want to wait
}

#ifdef __FreeBSD__
constexpr auto kSystem = provisioner::step::System::kFreebsd;
#else
constexpr auto kSystem = provisioner::step::System::kLinux;
#endif

// Ctrl-C at the question is a no: signal() would have reading begin again.
bool ask(std::string_view question) {
  struct sigaction interrupting {};
  struct sigaction before {};
  interrupting.sa_handler = interrupt;
  ::sigaction(SIGINT, &interrupting, &before);
  std::cerr << question << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  ::sigaction(SIGINT, &before, nullptr);
  if (interrupted()) std::cerr << "\n";
  return !interrupted() && (answer == "y" || answer == "Y" || answer == "yes");
}

base::ExitCode become(std::vector<std::string> argv) {
  std::cout << std::flush;
  std::vector<char*> words;
  for (std::string& word : argv) words.push_back(word.data());
  words.push_back(nullptr);
  ::execvp(words.front(), words.data());
  std::cerr << "keepstate-provisioner: cannot start " << argv.front() << ": " << base::errno_text(errno) << "\n";
  return base::kExitFailed;
}

// As a terminal's shell tells it; a line that is cut is better than one that wraps.
unsigned columns() {
  const char* const variable = std::getenv("COLUMNS");
  const std::string_view text = variable == nullptr ? "" : variable;
  unsigned number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number >= 20 ? number : 80;
}

provisioner::plan::WorldOptions world_of_this_host() {
  provisioner::plan::WorldOptions world{.system = kSystem};
  world.dns.today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  std::error_code none;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", none);
  if (!none) world.qemu.program = program;
  return world;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));  // a program that hangs up is an error, not our end
    static_cast<void>(std::signal(SIGINT, interrupt));
    static_cast<void>(std::signal(SIGTERM, interrupt));
    provisioner::step::SystemHost host;
    const base::SystemClock clock;
    provisioner::command::Surroundings surroundings{
        .host = host,
        .streams = {std::cout, std::cerr, ::isatty(STDERR_FILENO) == 1, columns()},
        .clock = clock,
        .interrupted = interrupted(),
        .world = world_of_this_host(),
        .threads = std::max(4U, std::thread::hardware_concurrency()),
        .is_root = ::geteuid() == 0,
        .become = become};
    if (::isatty(STDIN_FILENO) == 1) surroundings.ask = ask;
    const base::ExitCode code = provisioner::run(std::vector<std::string>(argv + 1, argv + argc), surroundings);
    std::cout << std::flush;
    if (std::cout) return code;
    std::fputs("keepstate-provisioner: what was asked for could not be written to standard output\n", stderr);
    return base::kExitFailed;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "keepstate-provisioner: %s\n", error.what());
    return base::kExitFailed;
  }
}
