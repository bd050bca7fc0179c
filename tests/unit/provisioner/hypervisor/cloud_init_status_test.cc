#include "provisioner/hypervisor/cloud_init_status.h"

#include <gtest/gtest.h>

namespace provisioner::hypervisor {
namespace {

using State = CloudInitStatus::State;

TEST(CloudInitStatus, ReadsItsResult) {
  EXPECT_EQ(read_cloud_init_status(R"({"v1": {"datasource": "DataSourceNoCloud [seed=/dev/vdb]", "errors": []}})"),
            (CloudInitStatus{State::kDone, ""}));
  EXPECT_EQ(read_cloud_init_status(R"json({"v1": {"errors": ["('ssh', KeyError('x'))"]}})json"),
            (CloudInitStatus{State::kFailed, "('ssh', KeyError('x'))"}));
}

TEST(CloudInitStatus, ReadsJson) {
  EXPECT_EQ(
      read_cloud_init_status(R"({"detail": "DataSourceNoCloud [seed=/dev/vdb]", "errors": [], "status": "done"})"),
      (CloudInitStatus{State::kDone, ""}));
  EXPECT_EQ(read_cloud_init_status(R"({"status": "running", "errors": []})").state, State::kRunning);
  EXPECT_EQ(read_cloud_init_status(R"({"status": "not run"})").state, State::kRunning);
  EXPECT_EQ(read_cloud_init_status(R"({"status": "not started"})").state, State::kRunning);
  EXPECT_EQ(read_cloud_init_status(R"({"status": "disabled"})").state, State::kDisabled);
  EXPECT_EQ(read_cloud_init_status(R"({"status": "later words"})").state, State::kUnknown);
  EXPECT_EQ(read_cloud_init_status(R"json({"errors": ["('ssh', KeyError('x'))", "b"], "status": "error"})json"),
            (CloudInitStatus{State::kFailed, "('ssh', KeyError('x')); b"}));
  // Since 23.4.
  EXPECT_EQ(
      read_cloud_init_status(
          R"({"extended_status": "degraded done", "recoverable_errors": {"WARNING": ["a", "b"]}, "status": "done"})"),
      (CloudInitStatus{State::kDone, "a; b"}));
}

TEST(CloudInitStatus, ReadsLines) {
  EXPECT_EQ(read_cloud_init_status("status: done\ntime: Tue\ndetail:\nDataSourceNoCloud [seed=/dev/vdb]\n"),
            (CloudInitStatus{State::kDone, ""}));
  EXPECT_EQ(read_cloud_init_status("\nstatus: error\ntime: Tue\ndetail:\n('ssh', KeyError())\n"),
            (CloudInitStatus{State::kFailed, "('ssh', KeyError())"}));
  EXPECT_EQ(read_cloud_init_status("status: running\n").state, State::kRunning);
}

// An error makes the first form end with 1, so that the second one follows.
TEST(CloudInitStatus, PrefersJsonWhereThereIsBoth) {
  EXPECT_EQ(read_cloud_init_status("{\"errors\": [\"a\"], \"status\": \"error\"}\nstatus: error\ndetail:\nb\n"),
            (CloudInitStatus{State::kFailed, "a"}));
}

TEST(CloudInitStatus, KnowsNothingOfOtherWords) {
  for (const char* text : {"", "bash: cloud-init: command not found", "{", "{}", "[]", R"({"status": 3})", "status:"}) {
    EXPECT_EQ(read_cloud_init_status(text).state, State::kUnknown) << text;
  }
}

}  // namespace
}  // namespace provisioner::hypervisor
