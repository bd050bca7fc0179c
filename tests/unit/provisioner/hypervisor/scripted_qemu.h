// ScriptedQemu: what listens at a QMP socket in tests: it greets and answers as it is told, and keeps what it was
// asked. Give `program()` to FakeHost::listen. Any thread.
#pragma once

#include <sys/socket.h>

#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lib/base/unique_fd.h"

namespace provisioner::hypervisor {

class ScriptedQemu {
 public:
  // What is sent for a command; "" ends the talk. @ becomes the command's id.
  using Answer = std::function<std::string()>;

  ScriptedQemu() {
    answers_["qmp_capabilities"] = returns("{}");
    answers_["query-status"] = returns(R"({"running": true, "singlestep": false, "status": "running"})");
    answers_["system_powerdown"] = returns("{}");
    answers_["block_resize"] = returns("{}");
    answers_["quit"] = [] { return ""; };
  }

  [[nodiscard]] static Answer returns(const std::string& value) {
    return [value] { return R"({"return": )" + value + R"(, "id": @})" + "\r\n"; };
  }
  void answer(const std::string& command, Answer answer) {
    const std::lock_guard lock(mutex_);
    answers_[command] = std::move(answer);
  }
  void greet(std::string greeting) {
    const std::lock_guard lock(mutex_);
    greeting_ = std::move(greeting);
  }
  [[nodiscard]] std::vector<std::string> commands() const {
    const std::lock_guard lock(mutex_);
    return commands_;
  }

  [[nodiscard]] std::function<void(base::UniqueFd)> program() {
    return [this](const base::UniqueFd& fd) { talk(fd.get()); };
  }

 private:
  void talk(int fd) {
    {
      const std::lock_guard lock(mutex_);
      say(fd, greeting_);
    }
    std::string read;
    for (char c = 0; ::recv(fd, &c, 1, 0) == 1;) {
      read += c;
      if (c != '\n') continue;
      const std::string answer = answer_to(nlohmann::json::parse(read));
      if (answer.empty()) return;
      say(fd, answer);
      read.clear();
    }
  }

  std::string answer_to(const nlohmann::json& command) {
    Answer answer;
    {
      const std::lock_guard lock(mutex_);
      const std::string name = command["execute"];
      if (name != "qmp_capabilities") {
        commands_.push_back(name + (command.contains("arguments") ? " " + command["arguments"].dump() : ""));
      }
      answer = answers_.at(name);
    }
    std::string text = answer();
    if (const auto at = text.find('@'); at != std::string::npos) text.replace(at, 1, command["id"].dump());
    return text;
  }

  static void say(int fd, const std::string& text) {
    static_cast<void>(::send(fd, text.data(), text.size(), MSG_NOSIGNAL));
  }

  mutable std::mutex mutex_;  // guards all below
  std::string greeting_ = R"({"QMP": {"version": {"qemu": {"major": 7}}, "capabilities": ["oob"]}})"
                          "\r\n";
  std::map<std::string, Answer> answers_;
  std::vector<std::string> commands_;
};

}  // namespace provisioner::hypervisor
