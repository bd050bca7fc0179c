// CommandRun: commands of keepstate-pki as the command line gives them, in this process, on a folder of their own: with
// a time, a terminal and answers to passphrases that the test chooses. One thread.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "pki/commands.h"
#include "pki/output/file_operations.h"
#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/pki/sample_cluster.h"

namespace pki::command {

inline constexpr const char* kCommandYaml = R"(apiVersion: keepstate/v1
kind: Cluster
metadata: {name: hard-way}
spec:
  controlPlaneEndpoint: kubernetes.home.arpa:6443
  networking: {podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24}
  loadBalancer: {vip: 127.0.0.1}
  machines:
    - {name: controller-0, role: control-plane, address: 10.10.0.11}
    - {name: worker-0, role: worker, address: 10.10.0.21}
)";

struct Ran {
  base::ExitCode code = base::kExitOk;
  std::string out;
  std::string err;
};

class CommandRun : public testing::Test {
 protected:
  CommandRun() { tests::support::put(config_, kCommandYaml); }

  // `command` with the cluster's file and the folder.
  [[nodiscard]] Ran run(const std::string& command, std::vector<std::string> words = {}) {
    words.insert(words.begin(), {command, "-c", config_.string(), "--out", folder_.string()});
    std::ostringstream out;
    std::ostringstream err;
    Surroundings surroundings{now_, {out, err}, files_};
    surroundings.out_is_terminal = out_is_terminal_;
    surroundings.server_patience = server_patience_;
    const base::ExitCode code = pki::run(words, surroundings);
    return {code, out.str(), err.str()};
  }
  void init(const std::vector<std::string>& words = {}) {
    const auto made = run("init", words);
    ASSERT_EQ(made.code, base::kExitOk) << made.err;
  }
  [[nodiscard]] std::filesystem::path at(const std::string& file) const { return folder_ / file; }
  [[nodiscard]] std::string content(const std::string& file) const { return tests::support::content_of(at(file)); }

  tests::support::TemporaryFolder scratch_;
  std::filesystem::path config_ = scratch_.path() / "cluster.yaml";
  std::filesystem::path folder_ = scratch_.path() / "pki";
  // Live servers live by the true time.
  std::chrono::sys_seconds now_ = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  bool out_is_terminal_ = false;
  std::chrono::milliseconds server_patience_{10'000};
  output::SystemFiles files_;
};

}  // namespace pki::command
