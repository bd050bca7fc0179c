#include "lb/client/client_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lb/options.h"
#include "lib/base/exit_code.h"

namespace lb::client {
namespace {

using ::testing::HasSubstr;
using Order = ClientOptions::Order;

ParsedOptions parse(std::vector<const char*> words) {
  words.insert(words.begin(), "keepstate-lb");
  return parse_options(static_cast<int>(words.size()), words.data());
}

ClientOptions options_of(std::vector<const char*> words) {
  const ParsedOptions parsed = parse(std::move(words));
  EXPECT_TRUE(parsed.options) << parsed.text;
  if (!parsed.options) return {};
  EXPECT_EQ(parsed.options->command, Options::Command::kClient);
  return parsed.options->client;
}

std::string complaint(std::vector<const char*> words) {
  const ParsedOptions parsed = parse(std::move(words));
  EXPECT_FALSE(parsed.options);
  EXPECT_EQ(parsed.exit_code, base::kExitUsage);
  return parsed.text;
}

TEST(ClientOptions, KnowsEveryOrder) {
  EXPECT_EQ(options_of({"status"}).order, Order::kStatus);
  EXPECT_EQ(options_of({"backends", "--json"}).order, Order::kBackends);
  EXPECT_EQ(options_of({"drain", "a"}).order, Order::kDrain);
  EXPECT_EQ(options_of({"undrain", "a"}).order, Order::kUndrain);
  EXPECT_EQ(options_of({"maintenance", "a"}).order, Order::kMaintenance);
  EXPECT_EQ(options_of({"weight", "a", "3"}).order, Order::kWeight);
  EXPECT_EQ(options_of({"reload"}).order, Order::kReload);
  EXPECT_EQ(options_of({"upgrade"}).order, Order::kUpgrade);
  EXPECT_EQ(options_of({"explain", "10.0.0.1"}).order, Order::kExplain);
}

TEST(ClientOptions, TakesTheirWords) {
  const ClientOptions drain = options_of({"drain", "api/a", "--reason", "kernel update", "--socket", "/s"});
  EXPECT_EQ(drain.backend, "api/a");
  EXPECT_EQ(drain.reason, "kernel update");
  EXPECT_EQ(drain.socket, "/s");
  EXPECT_FALSE(drain.json);
  const ClientOptions weight = options_of({"weight", "a", "default", "--json"});
  EXPECT_EQ(weight.weight, "default");
  EXPECT_TRUE(weight.json);
  EXPECT_EQ(options_of({"sessions", "--limit", "7", "-c", "f"}).limit, 7U);
  EXPECT_EQ(options_of({"explain", "fd00::1", "--listener", "api"}).listener, "api");
}

TEST(ClientOptions, ComplainsAboutWhatIsMissingOrWrong) {
  EXPECT_THAT(complaint({"drain"}), HasSubstr("NAME is required"));
  EXPECT_THAT(complaint({"weight", "a"}), HasSubstr("N is required"));
  EXPECT_THAT(complaint({"explain"}), HasSubstr("CLIENT-IP is required"));
  EXPECT_THAT(complaint({"sessions", "--limit", "0"}), HasSubstr("--limit"));
  EXPECT_THAT(complaint({"sessions", "--limit", "1001"}), HasSubstr("--limit"));
  EXPECT_THAT(complaint({"status", "--socket", "/s", "-c", "f"}), HasSubstr("excludes"));
  EXPECT_THAT(complaint({"status", "stray"}), HasSubstr("stray"));
}

}  // namespace
}  // namespace lb::client
