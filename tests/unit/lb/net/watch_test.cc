#include "lb/net/watch.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "lib/base/unique_fd.h"

namespace lb::net {
namespace {

TEST(WatchTest, CallsWhenThereIsSomethingToReadAndAtTheEndUntilItIsStopped) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const base::UniqueFd read_end(ends[0]);
  base::UniqueFd write_end(ends[1]);
  EventLoop loop;
  int calls = 0;
  Watch watch(loop, read_end.get(), [&] {
    ++calls;
    char byte = 0;
    if (::read(read_end.get(), &byte, 1) == 1) {
      write_end.reset();
      return;
    }
    watch.stop();
    loop.stop();
  });
  ASSERT_EQ(::write(write_end.get(), "x", 1), 1);
  loop.run();
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace lb::net
