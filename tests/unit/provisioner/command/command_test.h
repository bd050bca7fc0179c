// CommandTest: commands on a host in memory, with a cluster.yaml and a cluster's folder that are real. One thread.
#pragma once

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "provisioner/commands.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/provisioner/plan/cluster_host.h"

namespace provisioner::command {

class CommandTest : public ::testing::Test {
 protected:
  CommandTest() { write_yaml(plan::lab_yaml((folder_.path() / "made").string())); }

  void write_yaml(const std::string& text) const { std::ofstream(config_) << text; }

  // The words of a command line, with one space between; CONFIG stands for the file.
  int run(const std::string& line) {
    out_.str("");
    err_.str("");
    std::vector<std::string> arguments;
    std::istringstream words(line);
    for (std::string word; words >> word;) arguments.push_back(word == "CONFIG" ? config_ : word);
    const Surroundings surroundings{.host = host_,
                                    .streams = {out_, err_},
                                    .clock = clock_,
                                    .interrupted = interrupted_,
                                    .world = world_,
                                    .is_root = is_root_,
                                    .ask = ask_,
                                    .become = [this](const std::vector<std::string>& argv) {
                                      became_ = argv;
                                      return base::kExitOk;
                                    }};
    return provisioner::run(arguments, surroundings);
  }

  tests::support::TemporaryFolder folder_;
  const std::string config_ = (folder_.path() / "cluster.yaml").string();
  plan::LabHost host_;
  base::SystemClock clock_;
  std::atomic<bool> interrupted_{false};
  plan::WorldOptions world_;
  bool is_root_ = true;
  std::function<bool(std::string_view)> ask_;
  std::vector<std::string> became_;
  std::ostringstream out_;
  std::ostringstream err_;
};

}  // namespace provisioner::command
