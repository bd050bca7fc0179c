// CbsdWorkplace: a FakeWorkplace whose `cbsd` is fake_cbsd.sh, run for real; its state lies in a temporary folder. One
// thread.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>

#include "lib/base/file_system.h"
#include "lib/base/subprocess.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/provisioner/fake_workplace.h"

namespace provisioner::hypervisor {

class CbsdWorkplace {
 public:
  CbsdWorkplace() {
    std::filesystem::create_directories(folder_.path() / "machines");
    place.host().answer("getent passwd cbsd", "cbsd:*:150:150:Cbsd user:/usr/jails:/bin/sh\n");
    place.host().react("env NOCOLOR=1 cbsd", [this](const step::Command& command) { return run(command); });
  }

  // All words that cbsd was called with, a line a call, from now on.
  std::string take_log() {
    std::string log = base::read_file(folder_.path() / "log").value_or("");
    std::filesystem::remove(folder_.path() / "log");
    return log;
  }
  [[nodiscard]] std::string of(const std::string& machine, const char* what) const {
    std::string text = base::read_file(folder_.path() / "machines" / machine / what).value_or("");
    if (text.ends_with('\n')) text.pop_back();
    return text;
  }
  [[nodiscard]] bool has(const std::string& machine) const {
    return std::filesystem::exists(folder_.path() / "machines" / machine);
  }
  void put(const std::string& machine, const char* what, const std::string& text) const {
    std::filesystem::create_directories(folder_.path() / "machines" / machine);
    EXPECT_TRUE(base::write_file(folder_.path() / "machines" / machine / what, text + "\n", 0644));
  }
  // From now on the command ends with 1 (or, ignoring it, with 0) and does nothing but say this.
  void fail(const std::string& command, const std::string& words) const { mark("fails." + command, words); }
  void forgive(const std::string& command) const { std::filesystem::remove(folder_.path() / ("fails." + command)); }
  // Where a settings file lies while it is sourced.
  [[nodiscard]] std::filesystem::path jconf() const { return folder_.path() / "jconf"; }
  void ignore(const std::string& command, const std::string& words) const { mark("ignores." + command, words); }

  FakeWorkplace place;

 private:
  void mark(const std::string& name, const std::string& words) const {
    EXPECT_TRUE(base::write_file(folder_.path() / name, words + "\n", 0644));
  }

  // A settings file of the FakeHost becomes a real one, for the script to source.
  base::Output run(const step::Command& command) {
    std::vector<std::string> argv{KEEPSTATE_SOURCE_DIR "/tests/unit/provisioner/hypervisor/fake_cbsd.sh"};
    argv.insert(argv.begin(), "/bin/sh");
    for (auto word = command.argv.begin() + 3; word != command.argv.end(); ++word) {
      if (!word->starts_with("jconf=")) {
        argv.push_back(*word);
        continue;
      }
      EXPECT_TRUE(base::write_file(folder_.path() / "jconf", place.host().content(word->substr(6)), 0600));
      argv.push_back("jconf=" + (folder_.path() / "jconf").string());
    }
    base::SubprocessOptions options;
    options.environment["FAKE"] = folder_.path().string();
    auto output = base::run_captured(argv, options);
    EXPECT_TRUE(output) << output.error().message;
    return output.value_or(base::Output{});
  }

  tests::support::TemporaryFolder folder_;
};

}  // namespace provisioner::hypervisor
