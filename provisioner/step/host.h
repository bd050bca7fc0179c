// Host: the machine that the provisioner works on, as far as it reaches: programs, files, folders, sockets, its clock.
// SystemHost is the real one; tests have one in memory. Every call may come from several threads at once.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/pipeline.h"
#include "lib/base/result.h"
#include "lib/base/subprocess.h"
#include "lib/base/unique_fd.h"

namespace provisioner::step {

// A program to run, as a list of words: no shell ever sees them.
struct Command {
  std::vector<std::string> argv;
  std::string input{};                                          // what it reads from its standard input
  std::chrono::milliseconds timeout = std::chrono::minutes{1};  // then it is killed

  friend bool operator==(const Command&, const Command&) = default;
};

struct FileState {
  std::string content;
  mode_t mode = 0644;

  friend bool operator==(const FileState&, const FileState&) = default;
};

class Host {
 public:
  virtual ~Host() = default;

  // An error: it could not be started, or took too long. How it ended is a value.
  [[nodiscard]] virtual base::Result<base::Output> run(const Command& command) = 0;
  // What `from` prints is what `to` reads, and passes through no file: `from | to`. Their own inputs are not looked at;
  // both have to.timeout.
  [[nodiscard]] virtual base::Result<base::PipelineOutput> pipe(const Command& from, const Command& to) = 0;
  // Starts a program that lives on when we end, and that no Ctrl-C of ours reaches; what it says is appended to `log`.
  // Gives its pid.
  [[nodiscard]] virtual base::Result<pid_t> start(const std::vector<std::string>& argv,
                                                  const std::filesystem::path& log) = 0;

  // Nothing: there is no such file.
  [[nodiscard]] virtual base::Result<std::optional<FileState>> read(const std::filesystem::path& path) = 0;
  // Replaces it whole or not at all; its folder must be there.
  [[nodiscard]] virtual base::Result<void> write(const std::filesystem::path& path, const FileState& file) = 0;
  // A file that is not there is no error.
  [[nodiscard]] virtual base::Result<void> remove(const std::filesystem::path& path) = 0;
  // With those above it; one that is there stays as it is.
  [[nodiscard]] virtual base::Result<void> make_folder(const std::filesystem::path& path, mode_t mode) = 0;
  // With all below it, following no link; one that is not there is no error.
  [[nodiscard]] virtual base::Result<void> remove_tree(const std::filesystem::path& path) = 0;
  // The names in a folder, sorted; none where it is not there.
  [[nodiscard]] virtual base::Result<std::vector<std::string>> list(const std::filesystem::path& path) = 0;
  [[nodiscard]] virtual bool exists(const std::filesystem::path& path) = 0;

  // A stream to the program that listens at this Unix socket; an error where none does.
  [[nodiscard]] virtual base::Result<base::UniqueFd> connect(const std::filesystem::path& socket) = 0;

  [[nodiscard]] virtual base::SteadyTime now() = 0;
  virtual void rest(std::chrono::milliseconds time) = 0;
};

// Runs it and wants exit code 0; the error quotes the command and what it said. Gives its standard output.
[[nodiscard]] base::Result<std::string> output_of(Host& host, const Command& command);
// The same for two of which the second reads what the first prints; gives what the second printed.
[[nodiscard]] base::Result<std::string> output_of(Host& host, const Command& from, const Command& to);

}  // namespace provisioner::step
