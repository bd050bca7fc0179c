#include "lib/base/process_usage.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <future>
#include <thread>
#include <vector>

#include "lib/base/unique_fd.h"

namespace base {
namespace {

using namespace std::chrono_literals;

ProcessUsage process_usage() {
  DescriptorCount descriptors;
  return base::process_usage(descriptors, SteadyTime{1h});
}

TEST(ProcessUsage, TellsTheTimeThatWasUsed) {
  const auto before = process_usage().cpu;
  while (process_usage().cpu < before + 10ms) {
  }
  EXPECT_LT(process_usage().cpu, before + 1h);
}

TEST(ProcessUsage, TellsMemory) {
  const auto bytes = process_usage().resident_bytes;
  ASSERT_TRUE(bytes);
  EXPECT_GT(*bytes, 100'000U);
  std::vector<char> more(64U << 20, 'x');
  EXPECT_GT(*process_usage().resident_bytes, *bytes + more.size() / 2);
}

TEST(ProcessUsage, TellsDescriptors) {
  const auto before = process_usage();
  ASSERT_TRUE(before.open_descriptors);
  std::vector<UniqueFd> more;
  for (int i = 0; i < 10; ++i) more.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(process_usage().open_descriptors, *before.open_descriptors + more.size());
  EXPECT_GT(before.most_descriptors, *before.open_descriptors);
}

// A folder that says no size, as those of /proc do but for the one of descriptors since Linux 6.2: an entry a thread.
TEST(DescriptorCount, IsCountedOnlyNowAndThen) {
  DescriptorCount count("/proc/self/task");
  struct stat status {};
  if (::stat("/proc/self/task", &status) != 0 || status.st_size != 0) GTEST_SKIP() << "there is no such folder here";
  std::promise<void> over;
  const std::shared_future<void> waited(over.get_future());
  std::vector<std::thread> threads;
  const auto begin_some = [&] {
    for (int i = 0; i < 3; ++i) threads.emplace_back([waited] { waited.wait(); });
  };
  begin_some();
  constexpr SteadyTime kBegin{1h};
  const auto before = count.value(kBegin);
  ASSERT_TRUE(before);
  begin_some();
  EXPECT_EQ(count.value(kBegin + DescriptorCount::kKept - 1ms), before);
  EXPECT_EQ(count.value(kBegin + DescriptorCount::kKept), *before + 3);
  over.set_value();
  for (auto& thread : threads) thread.join();
}

TEST(ProcessUsage, TellsWhenItBegan) {
  const auto started = process_usage().started;
  ASSERT_TRUE(started);
  EXPECT_LT(*started, std::chrono::system_clock::now() + 1s);
  EXPECT_GT(*started, std::chrono::system_clock::now() - 1h);
}

}  // namespace
}  // namespace base
