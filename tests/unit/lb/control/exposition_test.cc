#include "lb/control/exposition.h"

#include <gtest/gtest.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <limits>
#include <sstream>
#include <vector>

namespace lb::control {
namespace {

using namespace std::chrono_literals;
using Type = Exposition::Type;

TEST(Exposition, AnnouncesAFamilyBeforeItsSamples) {
  Exposition text;
  text.begin("keepstate_lb_things_total", Type::kCounter, "Things that were seen.");
  text.add({{"kind", "big"}}, 3);
  text.add({}, std::uint64_t{1} << 63);
  text.begin("keepstate_lb_length", Type::kGauge, "How long it is.");
  text.add({{"a", "x"}, {"b", "y"}}, {"c", "z"}, 7U);
  text.add({}, {"c", "z"}, 8U);
  EXPECT_EQ(std::move(text).take(),
            "# HELP keepstate_lb_things_total Things that were seen.\n"
            "# TYPE keepstate_lb_things_total counter\n"
            "keepstate_lb_things_total{kind=\"big\"} 3\n"
            "keepstate_lb_things_total 9223372036854775808\n"
            "# HELP keepstate_lb_length How long it is.\n"
            "# TYPE keepstate_lb_length gauge\n"
            "keepstate_lb_length{a=\"x\",b=\"y\",c=\"z\"} 7\n"
            "keepstate_lb_length{c=\"z\"} 8\n");
}

TEST(Exposition, WritesIntoTheRoomThatItIsGiven) {
  std::string room(1000, 'x');
  const char* const at = room.data();
  Exposition text(std::move(room));
  text.begin("a_total", Type::kCounter, "A.");
  text.add({{"name", "a"}}, 1);
  const std::string written = std::move(text).take();
  EXPECT_EQ(written, "# HELP a_total A.\n# TYPE a_total counter\na_total{name=\"a\"} 1\n");
  EXPECT_EQ(written.data(), at);
}

TEST(Exposition, WritesTheLongestNumbers) {
  Exposition text;
  text.begin("a", Type::kGauge, "A.");
  text.add({}, std::numeric_limits<std::uint64_t>::max());
  text.add({{"a", ""}}, -std::numeric_limits<double>::max());
  text.add({}, {"b", "c"}, std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(std::move(text).take(),
            "# HELP a A.\n# TYPE a gauge\na 18446744073709551615\na{a=\"\"} -1.7976931348623157e+308\n"
            "a{b=\"c\"} 5e-324\n");
}

TEST(Exposition, EscapesLabels) {
  EXPECT_EQ(Labels({{"a", "x\"\\\ny"}}).text(), R"({a="x\"\\\ny")");
}

TEST(Exposition, CountsBucketsTogether) {
  Exposition text;
  text.begin("t_seconds", Type::kHistogram, "Times.");
  constexpr std::array<std::chrono::nanoseconds, 2> kBounds{250us, 2500ms};
  constexpr std::array<std::uint64_t, 3> kCounts{1, 2, 4};
  text.add({{"a", "b"}}, kBounds, kCounts, 1500ms);
  EXPECT_EQ(std::move(text).take(),
            "# HELP t_seconds Times.\n# TYPE t_seconds histogram\n"
            "t_seconds_bucket{a=\"b\",le=\"0.00025\"} 1\n"
            "t_seconds_bucket{a=\"b\",le=\"2.5\"} 3\n"
            "t_seconds_bucket{a=\"b\",le=\"+Inf\"} 7\n"
            "t_seconds_sum{a=\"b\"} 1.5\n"
            "t_seconds_count{a=\"b\"} 7\n");
}

// A hundred thousand sessions of a day and more: beyond what nanoseconds of 64 bits hold.
TEST(Exposition, TellsLargeSums) {
  Exposition text;
  text.begin("t_seconds", Type::kHistogram, "Times.");
  constexpr std::array<std::chrono::nanoseconds, 1> kBounds{24h};
  constexpr std::array<std::uint64_t, 2> kCounts{110'000, 0};
  text.add({}, kBounds, kCounts, 110'000 * 24h);
  EXPECT_NE(std::move(text).take().find("t_seconds_sum 9.504e+09\n"), std::string::npos);
  EXPECT_DOUBLE_EQ(seconds(std::chrono::microseconds::max()), 9223372036854.775807);
}

// prometheus-cpp prints the same things; its lines of a histogram come in another order, and so are compared sorted.
std::string sorted(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::ranges::sort(lines);
  std::string all;
  for (const std::string& line : lines) all += line + '\n';
  return all;
}

TEST(Exposition, IsWhatPrometheusCppWouldPrint) {
  Exposition text;
  text.begin("a_total", Type::kCounter, "A.");
  text.add({{"x", "1\n\"\\"}, {"y", "2"}}, 1234567890123456U);
  text.begin("b", Type::kGauge, "B.");
  text.add({}, 0.1);
  text.add({{"z", ""}}, 1e-9);
  text.begin("c_seconds", Type::kHistogram, "C.");
  constexpr std::array<std::chrono::nanoseconds, 3> kBounds{500us, 250ms, 1s};
  constexpr std::array<std::uint64_t, 4> kCounts{1, 0, 2, 3};
  text.add({{"x", "1"}}, kBounds, kCounts, 12345678us);

  using prometheus::ClientMetric;
  ClientMetric a;
  a.label = {{"x", "1\n\"\\"}, {"y", "2"}};
  a.counter.value = 1234567890123456;
  ClientMetric b1;
  b1.gauge.value = 0.1;
  ClientMetric b2;
  b2.label = {{"z", ""}};
  b2.gauge.value = 1e-9;
  ClientMetric c;
  c.label = {{"x", "1"}};
  c.histogram.sample_count = 6;
  c.histogram.sample_sum = 12.345678;
  c.histogram.bucket = {{1, 0.0005}, {1, 0.25}, {3, 1}, {6, std::numeric_limits<double>::infinity()}};
  const std::vector<prometheus::MetricFamily> families{{"a_total", "A.", prometheus::MetricType::Counter, {a}},
                                                       {"b", "B.", prometheus::MetricType::Gauge, {b1, b2}},
                                                       {"c_seconds", "C.", prometheus::MetricType::Histogram, {c}}};
  EXPECT_EQ(sorted(std::move(text).take()), sorted(prometheus::TextSerializer().Serialize(families)));
}

}  // namespace
}  // namespace lb::control
