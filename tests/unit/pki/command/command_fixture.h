// CommandFixture: a cluster.yaml, a folder, a clock and streams, for the tests of the commands. One thread.
#pragma once

#include <gmock/gmock.h>

#include <climits>
#include <sstream>
#include <string>
#include <vector>

#include "pki/command/surroundings.h"
#include "pki/commands.h"
#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/pki/output/failing_files.h"
#include "tests/unit/pki/sample_cluster.h"

namespace pki::command {

inline constexpr const char* kSampleYaml = R"(apiVersion: keepstate/v1
kind: Cluster
metadata: {name: hard-way}
spec:
  domain: home.arpa
  controlPlaneEndpoint: kubernetes.home.arpa:6443
  networking: {podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24}
  loadBalancer: {vip: 10.10.0.1}
  machines:
    - {name: controller-0, role: control-plane, address: 10.10.0.11}
    - {name: worker-0, role: worker, address: 10.10.0.21}
)";

class CommandFixture : public testing::Test {
 protected:
  CommandFixture() { tests::support::put(config_, kSampleYaml); }

  // Runs the program with these words; --config and --out are added where `words` have none and the command knows them.
  base::ExitCode run(std::vector<std::string> words) {
    out_.str("");
    err_.str("");
    const bool bare = words.empty() || words.front() == "inspect" || words.front().starts_with("-");
    if (!bare) words.insert(words.end(), {"--config", config_.string()});
    if (!bare && words.front() != "explain") words.insert(words.end(), {"--out", folder_.string()});
    return pki::run(words, surroundings());
  }
  [[nodiscard]] Surroundings surroundings() { return {now_, {out_, err_}, *files_, 2, prompt_}; }

  void make() { ASSERT_EQ(run({"init"}), base::kExitOk) << err_.str(); }
  [[nodiscard]] std::string at(const std::string& file) const { return (folder_ / file).string(); }
  [[nodiscard]] std::string content(const std::string& file) const { return tests::support::content_of(at(file)); }
  void put(const std::string& file, const std::string& content) const { tests::support::put(at(file), content); }
  void remove(const std::string& file) const { std::filesystem::remove(at(file)); }
  // In cluster.yaml.
  void replace(const std::string& what, const std::string& by) const {
    std::string yaml = tests::support::content_of(config_);
    yaml.replace(yaml.find(what), what.size(), by);
    tests::support::put(config_, yaml);
  }
  void append(const std::string& lines) const {
    tests::support::put(config_, tests::support::content_of(config_) + lines);
  }
  [[nodiscard]] tests::support::FolderState state() const { return tests::support::state_of(folder_); }

  // A run that must fail, say `message` and leave every file as it was.
  void expect_refusal(const std::vector<std::string>& words, const std::string& message) {
    const auto before = state();
    EXPECT_EQ(run(words), base::kExitFailed) << testing::PrintToString(words);
    EXPECT_THAT(err_.str(), testing::HasSubstr(message));
    EXPECT_THAT(err_.str(), testing::HasSubstr("keepstate-pki: nothing was changed\n"));
    EXPECT_THAT(out_.str(), testing::IsEmpty());
    EXPECT_EQ(state(), before);
  }

  tests::support::TemporaryFolder scratch_;
  std::filesystem::path config_ = scratch_.path() / "cluster.yaml";
  std::filesystem::path folder_ = scratch_.path() / "pki";
  std::chrono::sys_seconds now_ = kNow;
  output::FailingFiles system_files_{INT_MAX, output::FailureKind::kOnce};  // never fails, and waits for no disk
  output::FileOperations* files_ = &system_files_;
  output::PassphrasePrompt prompt_;
  std::ostringstream out_;
  std::ostringstream err_;
};

}  // namespace pki::command
