// The examples of docs/admin_api.md, run by curl as they stand there against a daemon, and their answers compared with
// those of the document: the status, and the names and kinds of all that is shown.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "lb/client/control_client.h"
#include "lib/base/file_system.h"
#include "lib/base/subprocess.h"
#include "tests/integration/lb/running_daemon.h"
#include "tests/support/temporary_folder.h"

namespace tests::integration {
namespace {

using nlohmann::json;

constexpr const char* kDocument = KEEPSTATE_SOURCE_DIR "/docs/admin_api.md";
constexpr const char* kToken = "0123456789abcdef0123456789abcdef\n";

struct Example {
  int line = 0;
  std::string command;
  int status = 200;
  std::string answer;
};

// Each block of sh that begins with curl, with the block of json that follows it: "```json" or "```json STATUS".
std::vector<Example> examples_in(const std::string& document) {
  std::vector<Example> examples;
  std::istringstream lines(document);
  std::string line;
  std::string fence;
  int number = 0;
  while (std::getline(lines, line)) {
    ++number;
    if (line.starts_with("```")) {
      fence = fence.empty() ? line : "";
      if (fence == "```sh") examples.push_back({.line = number, .command = "", .answer = ""});
      if (fence.starts_with("```json ")) examples.back().status = std::stoi(fence.substr(8));
    } else if (fence == "```sh") {
      examples.back().command += line + "\n";
    } else if (fence.starts_with("```json")) {
      examples.back().answer += line + "\n";
    }
  }
  return examples;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

// Every name of `shown` is in `actual` with a value of the same kind; of a list, the first stands for all. Where the
// document shows null, there may be something, and the other way round.
void expect_same_shape(const json& shown, const json& actual, const std::string& where) {
  if (shown.is_null() || actual.is_null()) return;
  if (shown.is_number() && actual.is_number()) return;
  ASSERT_EQ(shown.type_name(), std::string(actual.type_name())) << where << ": " << actual.dump();
  if (shown.is_object()) {
    for (const auto& [key, value] : shown.items()) {
      ASSERT_TRUE(actual.contains(key)) << where << " lacks " << key << ": " << actual.dump();
      expect_same_shape(value, actual[key], fmt::format("{}.{}", where, key));
    }
  }
  if (shown.is_array() && !shown.empty()) {
    ASSERT_FALSE(actual.empty()) << where << " is empty";
    expect_same_shape(shown[0], actual[0], where + "[0]");
  }
}

class AdminCurl : public testing::Test {
 protected:
  static lb::config::Config config(const support::EchoServer& server, const support::TemporaryFolder& folder) {
    auto config = config_for({server.address()});
    cluster::Listener& listener = config.listeners[0];
    listener.name = "kube-apiserver";
    listener.sticky = cluster::Sticky{};
    listener.backends[0].name = "controller-0";
    for (const char* name : {"controller-1", "controller-2"}) {
      listener.backends.push_back({.name = name, .address = support::free_address(), .weight = 1});
    }
    config.socket = (folder.path() / "lb.sock").string();
    config.admin_token_file = (folder.path() / "token").string();
    EXPECT_TRUE(base::write_file(config.admin_token_file, kToken, 0600));
    return config;
  }
  [[nodiscard]] std::string here(const std::string& command) const {
    std::string text = replaced(command, "/run/keepstate/lb.sock", (folder_.path() / "lb.sock").string());
    text = replaced(text, "/etc/keepstate/token", (folder_.path() / "token").string());
    text = replaced(text, "127.0.0.1:9440", daemon_.admin_address().to_string());
    return replaced(text, "curl ", "curl --silent --show-error --max-time 20 --write-out '%{http_code}' ");
  }

  support::TemporaryFolder folder_;
  support::EchoServer server_;
  lb::config::Config config_ = config(server_, folder_);
  RunningDaemon daemon_{config_};
};

TEST_F(AdminCurl, EveryExampleOfTheDocumentDoesWhatItSays) {
  if (!base::run_captured({"curl", "--version"})) GTEST_SKIP() << "curl is missing; Debian: apt-get install curl";
  const auto document = base::read_file(kDocument);
  ASSERT_TRUE(document) << document.error().message;
  ASSERT_TRUE(daemon_.reload(config_));                      // what it reads again from now on
  const lb::client::ControlClient control(*config_.socket);  // something for the events to show
  for (const char* state : {"drain", "up"}) {
    ASSERT_TRUE(control.patch("/v1/backends/kube-apiserver/controller-2", json{{"state", state}}.dump()));
  }
  const auto client = daemon_.connect();  // the session that the document shows
  support::send_all(client, "a");
  while (daemon_.metric(
             R"(backend_bytes_total{listener="kube-apiserver",backend="controller-0",direction="to_client"})") != 1) {
    std::this_thread::yield();
  }
  const auto examples = examples_in(*document);
  EXPECT_GE(examples.size(), 13U);
  for (const Example& example : examples) {
    const std::string where = "docs/admin_api.md:" + std::to_string(example.line);
    ASSERT_TRUE(example.command.starts_with("curl ")) << where;
    const auto run = base::run_captured({"sh", "-c", here(example.command)});
    ASSERT_TRUE(run) << where;
    ASSERT_TRUE(run->status.ok()) << where << ": " << run->err;
    ASSERT_GE(run->out.size(), 3U) << where;
    const std::string body = run->out.substr(0, run->out.size() - 3);
    EXPECT_EQ(run->out.substr(body.size()), std::to_string(example.status)) << where << ": " << body;
    const json shown = json::parse(example.answer, nullptr, false);
    const json actual = json::parse(body, nullptr, false);
    ASSERT_FALSE(shown.is_discarded()) << where << ": this is no JSON: " << example.answer;
    ASSERT_FALSE(actual.is_discarded()) << where << ": this is no JSON: " << body;
    expect_same_shape(shown, actual, where);
    // What goes wrong is told in exactly these words.
    if (shown.contains("error")) {
      EXPECT_EQ(actual["error"], shown["error"]) << where;
    }
  }
}

}  // namespace
}  // namespace tests::integration
