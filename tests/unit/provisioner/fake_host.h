// FakeHost: a Host in memory for tests. Files and folders are a map; programs answer as the test says, and every call
// is kept as a line. Any thread.
#pragma once

#include <sys/socket.h>

#include <array>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "provisioner/step/host.h"
#include "provisioner/step/shell_text.h"

namespace provisioner {

class FakeHost : public step::Host {
 public:
  using Reaction = std::function<base::Result<base::Output>(const step::Command&)>;

  // A program whose command line begins with `begin` answers so; the longest beginning that fits counts. Programs that
  // nobody told of answer nothing and end with 0.
  void answer(std::string begin, std::string out, int exit_code = 0) {
    react(std::move(begin), [out = std::move(out), exit_code](const step::Command&) {
      return base::Output{{base::ExitStatus::Kind::kExited, exit_code}, out, exit_code == 0 ? "" : out};
    });
  }
  void react(std::string begin, Reaction reaction) {
    const std::lock_guard lock(mutex_);
    reactions_[std::move(begin)] = std::move(reaction);
  }
  void put(const std::filesystem::path& path, std::string content, mode_t mode = 0644) {
    const std::lock_guard lock(mutex_);
    files_[path.string()] = {std::move(content), mode};
  }
  // Whoever connects to this socket talks to `program`, which runs in a thread of its own and ends when its peer does.
  void listen(const std::filesystem::path& socket, std::function<void(base::UniqueFd)> program) {
    const std::lock_guard lock(mutex_);
    programs_[socket.string()] = std::move(program);
  }
  void stop_listening(const std::filesystem::path& socket) {
    const std::lock_guard lock(mutex_);
    programs_.erase(socket.string());
  }
  // From now on a write to this path fails.
  void refuse_write(const std::filesystem::path& path) {
    const std::lock_guard lock(mutex_);
    refused_.insert(path.string());
  }

  [[nodiscard]] std::vector<std::string> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  [[nodiscard]] std::map<std::string, step::FileState> files() const {
    const std::lock_guard lock(mutex_);
    return files_;
  }
  [[nodiscard]] std::string content(const std::filesystem::path& path) const {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(path.string());
    return found == files_.end() ? "" : found->second.content;
  }
  void forget_calls() {
    const std::lock_guard lock(mutex_);
    calls_.clear();
  }

  [[nodiscard]] base::Result<base::Output> run(const step::Command& command) override {
    const std::string line = step::shell_text(command);
    Reaction reaction;
    {
      const std::lock_guard lock(mutex_);
      calls_.push_back(line);
      std::size_t longest = 0;
      for (const auto& [begin, one] : reactions_) {
        if (!line.starts_with(begin) || begin.size() < longest) continue;
        longest = begin.size();
        reaction = one;
      }
    }
    return reaction ? reaction(command) : base::Output{};
  }
  // Two calls; what the first one answers is the second one's input.
  [[nodiscard]] base::Result<base::PipelineOutput> pipe(const step::Command& from, const step::Command& to) override {
    const auto first = run(from);
    step::Command second = to;
    second.input = first->out;
    const auto last = run(second);
    return base::PipelineOutput{first->status, first->err, *last};
  }
  // Kept as "start ..."; what answers to that says in its exit code what the pid is.
  [[nodiscard]] base::Result<pid_t> start(const std::vector<std::string>& argv,
                                          const std::filesystem::path& /*log*/) override {
    std::vector<std::string> words{"start"};
    words.insert(words.end(), argv.begin(), argv.end());
    const auto output = run({std::move(words)});
    if (!output) return base::Failure(output.error());
    return output->status.value;
  }
  [[nodiscard]] base::Result<std::optional<step::FileState>> read(const std::filesystem::path& path) override {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(path.string());
    if (found == files_.end()) return std::nullopt;
    return found->second;
  }
  [[nodiscard]] base::Result<void> write(const std::filesystem::path& path, const step::FileState& file) override {
    const std::lock_guard lock(mutex_);
    if (refused_.contains(path.string())) return base::fail("cannot write {}: No space left on device", path.string());
    files_[path.string()] = file;
    return {};
  }
  [[nodiscard]] base::Result<void> remove(const std::filesystem::path& path) override {
    const std::lock_guard lock(mutex_);
    files_.erase(path.string());
    return {};
  }
  [[nodiscard]] base::Result<void> make_folder(const std::filesystem::path& path, mode_t /*mode*/) override {
    const std::lock_guard lock(mutex_);
    folders_.insert(path.string());
    return {};
  }
  [[nodiscard]] base::Result<void> remove_tree(const std::filesystem::path& path) override {
    const std::lock_guard lock(mutex_);
    const auto is_below = [&](const std::string& one) {
      return one == path.string() || one.starts_with(path.string() + "/");
    };
    std::erase_if(files_, [&](const auto& file) { return is_below(file.first); });
    std::erase_if(folders_, is_below);
    return {};
  }
  [[nodiscard]] base::Result<std::vector<std::string>> list(const std::filesystem::path& path) override {
    const std::lock_guard lock(mutex_);
    std::set<std::string> names;
    const auto look_at = [&](const std::string& one) {
      const std::string above = path.string() + "/";
      if (one.starts_with(above)) names.insert(one.substr(above.size(), one.find('/', above.size()) - above.size()));
    };
    for (const auto& file : files_) look_at(file.first);
    for (const auto& folder : folders_) look_at(folder);
    return std::vector<std::string>(names.begin(), names.end());
  }
  [[nodiscard]] bool exists(const std::filesystem::path& path) override {
    const std::lock_guard lock(mutex_);
    return files_.contains(path.string()) || folders_.contains(path.string());
  }
  [[nodiscard]] base::Result<base::UniqueFd> connect(const std::filesystem::path& socket) override {
    std::function<void(base::UniqueFd)> program;
    {
      const std::lock_guard lock(mutex_);
      calls_.push_back("connect " + socket.string());
      const auto found = programs_.find(socket.string());
      if (found == programs_.end())
        return base::fail("cannot connect to {}: No such file or directory", socket.string());
      program = found->second;
    }
    std::array<int, 2> ends{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return base::fail("no sockets");
    const std::lock_guard lock(mutex_);
    talks_.emplace_back([program, fd = ends[1]] { program(base::UniqueFd(fd)); });
    return base::UniqueFd(ends[0]);
  }
  // Its clock goes only while somebody rests; `passes` is told where it stands then.
  [[nodiscard]] base::SteadyTime now() override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  void rest(std::chrono::milliseconds time) override {
    std::function<void(base::SteadyTime)> told;
    base::SteadyTime now;
    {
      const std::lock_guard lock(mutex_);
      now = now_ += time;
      told = passes;
    }
    if (told) told(now);
  }
  std::function<void(base::SteadyTime)> passes;

 private:
  mutable std::mutex mutex_;  // guards all below
  std::map<std::string, Reaction> reactions_;
  std::map<std::string, step::FileState> files_;
  std::set<std::string> folders_;
  std::set<std::string> refused_;
  std::map<std::string, std::function<void(base::UniqueFd)>> programs_;
  std::vector<std::string> calls_;
  std::list<std::jthread> talks_;
  base::SteadyTime now_;
};

}  // namespace provisioner
