#include "lb/control/process_metrics.h"

#include <gtest/gtest.h>

#include "tests/unit/lb/control/strict_reader.h"

namespace lb::control {
namespace {

using namespace std::chrono_literals;

TEST(ProcessMetrics, TellWhatTheSystemTells) {
  Exposition out;
  add_process_metrics(out, {.cpu = 1500ms,
                            .resident_bytes = 4096,
                            .open_descriptors = 7,
                            .most_descriptors = 1024,
                            .started = std::chrono::system_clock::time_point(1'700'000'000s)});
  const StrictReader reader(std::move(out).take());
  EXPECT_DOUBLE_EQ(reader.at("process_cpu_seconds_total"), 1.5);
  EXPECT_EQ(reader.at("process_resident_memory_bytes"), 4096);
  EXPECT_EQ(reader.at("process_open_fds"), 7);
  EXPECT_EQ(reader.at("process_max_fds"), 1024);
  EXPECT_EQ(reader.at("process_start_time_seconds"), 1.7e9);
}

TEST(ProcessMetrics, LeaveOutWhatItDoesNotTell) {
  Exposition out;
  add_process_metrics(out, {});
  const StrictReader reader(std::move(out).take());
  EXPECT_EQ(reader.samples.size(), 2U);
}

}  // namespace
}  // namespace lb::control
