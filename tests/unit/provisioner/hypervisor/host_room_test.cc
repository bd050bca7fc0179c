#include "provisioner/hypervisor/host_room.h"

#include <gmock/gmock.h>

#include "provisioner/step/system_host.h"
#include "tests/unit/provisioner/fake_host.h"

namespace provisioner::hypervisor {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kGiB = 1ULL << 30;

TEST(HostRoom, IsReadFromTheKernelAndDf) {
  FakeHost host;
  host.put("/proc/meminfo", "MemTotal:       24000000 kB\nMemFree:  1 kB\nMemAvailable:   20000000 kB\n");
  host.answer("df -Pk /srv", "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda 100 40 60 40% /\n");
  ASSERT_TRUE(host.make_folder("/srv", 0755));
  const auto room = observe_room(host, "/srv/x/not/yet");
  ASSERT_TRUE(room) << room.error().message;
  EXPECT_EQ(room->memory, 24'000'000ULL << 10);
  EXPECT_EQ(room->free_memory, 20'000'000ULL << 10);
  EXPECT_EQ(room->free_disk, 60ULL << 10);

  host.answer("df -Pk /srv", "what\n");
  EXPECT_THAT(observe_room(host, "/srv").error().message, HasSubstr("df -Pk /srv"));
  host.put("/proc/meminfo", "MemTotal: 1 kB\n");
  EXPECT_THAT(observe_room(host, "/srv").error().message, HasSubstr("MemAvailable"));
}

TEST(HostRoom, OfThisHost) {
  step::SystemHost host;
  if (!host.exists("/proc/meminfo")) GTEST_SKIP() << "needs Linux";
  const auto room = observe_room(host, "/nonexistent/folder");
  ASSERT_TRUE(room) << room.error().message;
  EXPECT_GE(room->memory, room->free_memory);
  EXPECT_GT(room->free_memory, 0U);
}

TEST(HostRoom, IsAskedForTheSumOfAll) {
  const HostRoom room{.memory = 24 * kGiB, .free_memory = 20 * kGiB, .free_disk = 50 * kGiB};
  EXPECT_TRUE(check_room(room, {{"a", 8 * kGiB, 20 * kGiB}, {"b", 8 * kGiB, 20 * kGiB}}));
  EXPECT_TRUE(check_room(room, {}));
  EXPECT_EQ(check_room(room, {{"a", 8 * kGiB, 0}, {"b", 8 * kGiB, 0}, {"c", 8 * kGiB, 0}, {"d", 0, 0}}).error().message,
            "3 machines would need 24.0 GiB of memory, and this host has 20.0 GiB free of 24.0 GiB; lower memory in "
            "spec.machineDefaults or spec.machines, or have fewer machines");
  EXPECT_EQ(
      check_room(room, {{"a", 0, 60 * kGiB}}).error().message,
      "the disks of 1 machine may come to need 60.0 GiB more, and the host has 50.0 GiB free for them; lower disk "
      "in spec.machineDefaults or spec.machines, or give spec.hypervisor.folder more room");
}

}  // namespace
}  // namespace provisioner::hypervisor
