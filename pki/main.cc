#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "pki/commands.h"
#include "pki/output/file_operations.h"
#include "pki/output/passphrase.h"

int main(int argc, char** argv) {
  try {
    // No copy of a key but in memory that is wiped: none in a core dump, none in a buffer of standard output.
    const rlimit no_core{0, 0};
    static_cast<void>(::setrlimit(RLIMIT_CORE, &no_core));
    static_cast<void>(std::setvbuf(stdout, nullptr, _IONBF, 0));
    pki::output::SystemFiles files;
    const pki::command::Surroundings surroundings{
        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()),
        {std::cout, std::cerr},
        files,
        std::max(1U, std::thread::hardware_concurrency()),
        [](std::string_view question) { return pki::output::ask_on_terminal("/dev/tty", question); },
        ::isatty(STDOUT_FILENO) == 1};
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));  // a server that hangs up is an error, not our end
    return pki::run(std::vector<std::string>(argv + 1, argv + argc), surroundings);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "keepstate-pki: %s\n", error.what());
    return base::kExitFailed;
  }
}
