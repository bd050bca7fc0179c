#include "provisioner/command/progress.h"

#include <gmock/gmock.h>

#include <sstream>

namespace provisioner::command {
namespace {

class HandClock final : public base::Clock {
 public:
  [[nodiscard]] base::SteadyTime now() const noexcept override { return now_; }
  void advance(std::chrono::milliseconds time) { now_ += time; }

 private:
  base::SteadyTime now_{};
};

class ProgressTest : public ::testing::Test {
 protected:
  // What was written since the last call.
  std::string taken() {
    std::string text = out_.str();
    out_.str("");
    return text;
  }

  std::ostringstream out_;
  HandClock clock_;
  step::Change machine_{.action = step::Action::kCreate, .kind = "disk", .name = "w", .machine = "worker-0"};
  step::Change host_{.action = step::Action::kChange, .kind = "bridge", .name = "bridge1"};
};

TEST_F(ProgressTest, WritesALineAnEventWhereThereIsNoTerminal) {
  Progress progress(out_, clock_, Display::kPlain);
  progress.begins(machine_);
  EXPECT_EQ(taken(), "worker-0: disk w\n");
  clock_.advance(std::chrono::seconds(61));
  progress.does(machine_, "cloud-init\nfinal");
  EXPECT_EQ(taken(), "worker-0: disk w: cloud-init final (1:01)\n");
  progress.has_moved(machine_, 1 << 20, 4 << 20);
  progress.tick();
  EXPECT_EQ(taken(), "");
  progress.ends(machine_, {});
  EXPECT_EQ(taken(), "worker-0 + disk w (1:01)\n");
  progress.begins(host_);
  progress.ends(host_, base::fail("no"));
  EXPECT_EQ(taken(), "host: bridge bridge1\nhost ~ bridge bridge1 (0:00): failed\n");
}

TEST_F(ProgressTest, KeepsALiveLineForEachOnATerminal) {
  Progress progress(out_, clock_, Display::kTerminal, 40);
  progress.begins(machine_);
  EXPECT_EQ(taken(), "  0:00 worker-0  disk w\n");
  progress.begins(host_);
  EXPECT_EQ(taken(), "\x1b[1A\x1b[2K  0:00 worker-0  disk w\n  0:00 host  bridge bridge1\n");
  clock_.advance(std::chrono::seconds(5));
  progress.tick();
  EXPECT_EQ(taken(), "\x1b[1A\x1b[2K\x1b[1A\x1b[2K  0:05 worker-0  disk w\n  0:05 host  bridge bridge1\n");
  progress.ends(host_, {});
  EXPECT_EQ(taken(), "\x1b[1A\x1b[2K\x1b[1A\x1b[2Khost ~ bridge bridge1 (0:05)\n  0:05 worker-0  disk w\n");
}

TEST_F(ProgressTest, TellsHowFarADownloadIsAndCutsLongLines) {
  Progress progress(out_, clock_, Display::kTerminal, 40);
  progress.begins(machine_);
  clock_.advance(std::chrono::seconds(1));
  taken();
  progress.has_moved(machine_, 3 << 19, 3 << 20);
  EXPECT_EQ(taken(), "\x1b[1A\x1b[2K  0:01 worker-0  disk w  1.5 of 3.0 MiB\n");
  progress.has_moved(machine_, 2 << 20, 3 << 20);  // too soon to draw again
  EXPECT_EQ(taken(), "");
  clock_.advance(std::chrono::seconds(1));
  progress.has_moved(machine_, 2 << 20, 0);
  EXPECT_EQ(taken(), "\x1b[1A\x1b[2K  0:02 worker-0  disk w  2.0 MiB\n");
}

}  // namespace
}  // namespace provisioner::command
