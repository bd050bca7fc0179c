#include "lb/control/metrics_exporter.h"

#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "lib/base/file_system.h"
#include "tests/unit/lb/control/strict_reader.h"
#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {
namespace {

// One that has everything that is told only where it is configured.
config::Config full_config() {
  auto config = sample_config({1, 2});
  config.listeners[0].sticky = cluster::Sticky{};
  config.listeners[0].max_connections = 10;
  config.listeners[0].backends[0].max_connections = 5;
  return config;
}

class MetricsExporterTest : public ::testing::Test {
 protected:
  MetricsExporterTest() {
    for (int worker = 0; worker < 2; ++worker) stats_.push_back(std::make_unique<proxy::WorkerStats>());
  }
  [[nodiscard]] std::string render() const { return *exporter_.render(); }

  ManualClock clock_;
  base::Log log_{base::Log::Level::kOff};
  base::Gauge lag_;
  Controller controller_{full_config(), 2, 100, clock_, log_};
  std::vector<std::unique_ptr<proxy::WorkerStats>> stats_;
  MetricsExporter exporter_{{.controller = controller_,
                             .workers = stats_,
                             .clock = clock_,
                             .control_lag = lag_,
                             .access_log = nullptr,
                             .reload = [] { return ReloadStatus{}; },
                             .version = "1.2.3"}};
};

struct Family {
  std::string type;
  std::map<std::string, std::set<std::string>> labels;  // their values, where the page lists them

  friend bool operator==(const Family&, const Family&) = default;
};

// "listener, reason = a, b": a name ends the values of the one before, as it stands before a '=' or is no value: the
// only labels without listed values are those.
Family documented(const std::string& type, const std::string& labels) {
  static const std::set<std::string> free{"listener", "backend", "version", "compiler", "cause"};
  Family family{.type = type, .labels = {}};
  static const std::regex word(R"(([A-Za-z0-9_.]+)( =)?)");
  std::string current;
  for (auto at = std::sregex_iterator(labels.begin(), labels.end(), word); at != std::sregex_iterator(); ++at) {
    const std::string text = (*at)[1];
    if ((*at)[2].matched || free.contains(text)) {
      current = text;
      family.labels[current];
    } else if (text != "...") {
      family.labels[current].insert(text);
    }
  }
  return family;
}

std::map<std::string, Family> documented_families() {
  const std::string page = base::read_file(KEEPSTATE_SOURCE_DIR "/docs/metrics.md").value_or("");
  static const std::regex row(R"(\| `([a-z_]+)` \| (counter|gauge|histogram) \| ([^|]*)\|.*)");
  std::map<std::string, Family> families;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, row)) families[match[1]] = documented(match[2], match[3]);
  }
  return families;
}

std::set<std::string> names_of(const std::map<std::string, Family>& families) {
  std::set<std::string> names;
  for (const auto& [name, family] : families) names.insert(name);
  return names;
}

TEST_F(MetricsExporterTest, IsWhatThePageSays) {
  const StrictReader reader(render());
  std::map<std::string, Family> exported;
  for (const auto& [name, type] : reader.types) exported[name] = {.type = type, .labels = reader.labels.at(name)};
  auto expected = documented_families();
  EXPECT_EQ(names_of(exported), names_of(expected));
  for (auto& [name, family] : expected) {
    Family& own = exported[name];
    if (family.type == "histogram") own.labels.erase("le");
    for (const auto& [label, values] : family.labels) {
      if (values.empty() && own.labels.contains(label)) own.labels[label].clear();
    }
    EXPECT_EQ(own.type, family.type) << name;
    EXPECT_EQ(own.labels, family.labels) << name;
  }
}

TEST_F(MetricsExporterTest, TellsEachCauseThatThePageExplains) {
  const std::string page = base::read_file(KEEPSTATE_SOURCE_DIR "/docs/metrics.md").value_or("");
  const std::string table = page.substr(page.find("| cause | why"));
  const StrictReader reader(render());
  const auto& causes = reader.labels.at("keepstate_lb_connections_closed_total").at("cause");
  EXPECT_EQ(causes.size(), proxy::kCloseReasons);
  for (const std::string& cause : causes) {
    EXPECT_TRUE(std::regex_search(table, std::regex("(\\| |, )" + cause + "(,| \\|)"))) << cause;
  }
}

TEST_F(MetricsExporterTest, UsesItsRoomAgainWhenNobodyHoldsIt) {
  const std::string* const first = exporter_.render().get();
  const auto second = exporter_.render();
  EXPECT_EQ(second.get(), first);
  const std::string held = *second;
  stats_[0]->pipes.small.add(1);
  EXPECT_NE(exporter_.render(), second);
  EXPECT_EQ(*second, held);
}

TEST_F(MetricsExporterTest, NamesNoClient) {
  const StrictReader reader(render());
  for (const auto& [name, labels] : reader.labels) {
    EXPECT_FALSE(labels.contains("client")) << name;
    EXPECT_FALSE(labels.contains("source")) << name;
  }
}

}  // namespace
}  // namespace lb::control
