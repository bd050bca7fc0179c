#include "lib/base/drain.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "lib/base/unique_fd.h"

namespace base {
namespace {

using std::chrono::steady_clock;

struct DrainedPipe {
  DrainedPipe() {
    std::array<int, 2> ends{-1, -1};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    read = UniqueFd(ends[0]);
    write = UniqueFd(ends[1]);
  }
  void fill(std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = ::write(write.get(), text.data(), text.size());
      ASSERT_GT(n, 0);
      text.remove_prefix(static_cast<std::size_t>(n));
    }
    write.reset();
  }

  UniqueFd read;
  UniqueFd write;
};

TEST(Drain, ReadsAllOfThemWhicheverIsFullFirst) {
  DrainedPipe first;
  DrainedPipe second;
  const std::string much(300'000, 'x');
  std::jthread writer([&] {
    second.fill(much);
    first.fill("little");
  });
  Drain drain({first.read.get(), second.read.get()});
  EXPECT_TRUE(drain.run(steady_clock::now() + std::chrono::seconds{60}));
  EXPECT_EQ(drain.take(0), "little");
  EXPECT_EQ(drain.take(1), much);
}

TEST(Drain, EndsAtItsDeadline) {
  const DrainedPipe silent;
  Drain drain({silent.read.get()});
  EXPECT_FALSE(drain.run(steady_clock::now() + std::chrono::milliseconds{20}));
}

TEST(Drain, OfNothingIsDone) {
  EXPECT_TRUE(Drain({}).run(steady_clock::now()));
}

}  // namespace
}  // namespace base
