// launch: starts a program: fork, exec, and what goes wrong in between as an error of ours. Subprocess is built on it
// and says what holds for the program. Safe in a program with threads.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/unique_fd.h"

namespace base {

// Where standard output or standard error of the program goes.
struct Inherit {};  // where ours goes
struct Discard {};  // /dev/null
struct Capture {};  // a pipe that Subprocess::out() or err() reads
struct AppendTo {   // a file, made with mode 0600 if it is missing
  std::filesystem::path file;
};
struct WriteTo {  // a descriptor of ours, which stays ours
  int descriptor;
};
using OutputTarget = std::variant<Inherit, Discard, Capture, AppendTo, WriteTo>;

// What becomes of the program when the thread that started it ends (so also when our program is killed).
enum class OnParentDeath { kLiveOn, kDie };  // kDie is heeded on Linux only (PR_SET_PDEATHSIG)

// kOwn: a Ctrl-C at the terminal reaches us, but not the program.
enum class ProcessGroup { kShared, kOwn };

struct SubprocessOptions {
  std::filesystem::path working_folder{};            // empty: ours
  std::map<std::string, std::string> environment{};  // added to ours, or in place of ours
  OutputTarget out = Inherit{};
  OutputTarget err = Inherit{};
  OnParentDeath on_parent_death = OnParentDeath::kLiveOn;
  ProcessGroup group = ProcessGroup::kShared;
  int input = -1;          // a descriptor of ours that becomes the program's standard input; -1: /dev/null
  int channel = -1;        // a descriptor of ours that becomes Subprocess::kChannel of the program; -1: none
  int ignored_signal = 0;  // that the program ignores from its first instruction on; 0: none
};

inline constexpr int kChannelDescriptor = 3;

// kOrphan: PID 1 (or a subreaper) is its parent.
enum class Kinship { kChild, kOrphan };

struct Launched {
  pid_t pid;
  UniqueFd out;  // the read ends of Captures
  UniqueFd err;
};

// Returns when the program runs. A child is the caller's to reap.
[[nodiscard]] Result<Launched> launch(const std::vector<std::string>& argv, const SubprocessOptions& options,
                                      Kinship kinship);

}  // namespace base
