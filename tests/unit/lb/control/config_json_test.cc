#include "lb/control/config_json.h"

#include <gtest/gtest.h>

#include <sstream>

#include "lb/config/parse_config.h"
#include "lib/base/file_system.h"
#include "lib/cluster/cluster_file.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

TEST(ConfigJson, FillsInEveryDefault) {
  const config::Config config = sample_config({1, 2});
  const Json json = config_json(config, config.listeners)["loadBalancer"];
  EXPECT_EQ(json["workers"], "auto");
  EXPECT_EQ(json["shutdownGrace"], "30s");
  EXPECT_EQ(json["hardStopAfter"], "1h");
  EXPECT_TRUE(json["maxConnections"].is_null());
  EXPECT_TRUE(json["admin"].is_null());
  EXPECT_TRUE(json["accessLog"].is_null());
  const Json& listener = json["listeners"][0];
  EXPECT_EQ(listener["name"], "kube-apiserver");
  EXPECT_EQ(listener["address"], "10.10.0.1:6443");
  EXPECT_EQ(listener["policy"], "weighted-random");
  EXPECT_EQ(listener["hedge"], "250ms");
  EXPECT_TRUE(listener["firstByte"].is_null());
  EXPECT_TRUE(listener["sticky"].is_null());
  EXPECT_EQ(listener["healthCheck"]["type"], "tcp");
  EXPECT_EQ(listener["healthCheck"]["fastInterval"], "500ms");
  EXPECT_EQ(listener["backends"][1]["weight"], 2);
  EXPECT_EQ(listener["allow"], Json::array());
}

TEST(ConfigJson, ShowsWhatIsSet) {
  config::Config config = sample_config({1});
  config.workers = 3;
  config.max_connections = 99;
  config.admin = base::SocketAddress::parse("127.0.0.1:9440").value();
  config.admin_token_file = "/etc/keepstate/token";
  config.socket = "/run/keepstate/lb.sock";
  config.access_log = cluster::AccessLog{.format = cluster::AccessLogFormat::kJson, .file = "/var/log/a.log"};
  cluster::Listener& listener = config.listeners[0];
  listener.first_flight = cluster::FirstFlight::kTls;
  listener.sticky = cluster::Sticky{};
  listener.allow = {base::IpNetwork::parse("10.0.0.0/8").value()};
  listener.max_connections_per_source = 5;
  listener.health_check.kind = cluster::HealthCheckKind::kHttps;
  listener.health_check.ca_file = "/etc/ca.pem";
  const Json json = config_json(config, config.listeners)["loadBalancer"];
  EXPECT_EQ(json["workers"], 3);
  EXPECT_EQ(json["maxConnections"], 99);
  EXPECT_EQ(json["admin"], (Json{{"address", "127.0.0.1:9440"}, {"tokenFile", "/etc/keepstate/token"}}));
  EXPECT_EQ(json["socket"], "/run/keepstate/lb.sock");
  EXPECT_EQ(json["accessLog"]["format"], "json");
  EXPECT_EQ(json["accessLog"]["file"], "/var/log/a.log");
  EXPECT_EQ(json["listeners"][0]["firstByte"], "1s");
  EXPECT_EQ(json["listeners"][0]["sticky"]["ttl"], "5m");
  EXPECT_EQ(json["listeners"][0]["allow"], Json::array({"10.0.0.0/8"}));
  EXPECT_EQ(json["listeners"][0]["maxConnectionsPerSource"], 5);
  EXPECT_EQ(json["listeners"][0]["healthCheck"]["caFile"], "/etc/ca.pem");
}

// JSON is YAML: what is shown can be given back.
TEST(ConfigJson, IsWhatClusterYamlTakes) {
  config::Config config = sample_config({1, 2});
  config.max_connections = 99;
  config.access_log = cluster::AccessLog{.file = "/var/log/a.log", .every = std::chrono::minutes{5}};
  Json section = config_json(config, config.listeners)["loadBalancer"];
  std::function<void(Json&)> drop_nulls = [&](Json& value) {
    for (auto one = value.begin(); one != value.end();) {
      if (one->is_null()) {
        one = value.erase(one);
      } else {
        if (one->is_structured()) drop_nulls(*one);
        ++one;
      }
    }
  };
  drop_nulls(section);
  for (Json& listener : section["listeners"]) {
    for (const char* key : {"allow", "deny"}) listener.erase(key);
    for (const char* key : {"path", "status", "insecure"}) listener["healthCheck"].erase(key);
    for (Json& backend : listener["backends"]) backend.erase("name");
  }
  const tests::support::TemporaryFolder folder;
  const auto file = folder.path() / "cluster.yaml";
  const Json whole{{"apiVersion", "keepstate/v1"},
                   {"kind", "Cluster"},
                   {"metadata", {{"name", "x"}}},
                   {"spec", {{"loadBalancer", section}}}};
  ASSERT_TRUE(base::write_file(file, whole.dump(), 0600));
  const auto loaded = cluster::load_cluster(file.string());
  ASSERT_TRUE(loaded) << cluster::to_text(loaded.error(), file.string()) << whole.dump();
  const auto again = config::config_of(loaded->cluster);
  ASSERT_TRUE(again);
  Json expected = config_json(config, config.listeners);
  Json actual = config_json(*again, again->listeners);
  for (Json* json : {&expected, &actual}) {
    for (Json& backend : (*json)["loadBalancer"]["listeners"][0]["backends"]) backend.erase("name");
    // What was derived and is now said is the same.
  }
  EXPECT_EQ(actual, expected);
}

}  // namespace
}  // namespace lb::control
