#include "provisioner/hypervisor/disk.h"

#include <gmock/gmock.h>

#include "provisioner/step/system_host.h"
#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/provisioner/fake_workplace.h"
#include "tests/unit/provisioner/hypervisor/scripted_qemu.h"
#include "tests/unit/provisioner/real_workplace.h"

namespace provisioner::hypervisor {
namespace {

using std::string_literals::operator""s;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint64_t kMiB = 1U << 20;

// With the real qemu-img.
class DiskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!place_.host().exists("/usr/bin/qemu-img")) GTEST_SKIP() << "needs qemu-utils";
    tests::support::put(image_, std::string(3 * kMiB, 'i'));
  }
  std::optional<DiskState> observed() { return observe_disk(place_.host(), folder_.disk()).value(); }

  tests::support::TemporaryFolder temporary_;
  MachineFolder folder_{temporary_.path()};
  std::filesystem::path image_ = temporary_.path() / "image";
  RealWorkplace place_;
};

TEST_F(DiskTest, LiesOverItsImageAndGrows) {
  EXPECT_FALSE(observed());
  ASSERT_TRUE(MakeDisk(folder_, image_, 64 * kMiB).carry_out(place_));
  const auto made = observed();
  ASSERT_TRUE(made);
  EXPECT_EQ(made->virtual_size, 64 * kMiB);
  EXPECT_LT(made->allocated, 2 * kMiB);
  EXPECT_EQ(made->image, image_.string());
  EXPECT_FALSE(place_.host().exists(folder_.disk().string() + ".part"));

  ASSERT_TRUE(GrowDisk(folder_, 128 * kMiB).carry_out(place_));
  EXPECT_EQ(observed()->virtual_size, 128 * kMiB);
}

TEST_F(DiskTest, IsNotSmallerThanItsImage) {
  EXPECT_EQ(MakeDisk(folder_, image_, 2 * kMiB).carry_out(place_).error().message,
            "disk: 2MiB is less than the 3MiB of the image that it begins as; ask for at least that");
  EXPECT_FALSE(observed());
  EXPECT_TRUE(MakeDisk(folder_, image_, 3 * kMiB).carry_out(place_));
}

TEST_F(DiskTest, SaysWhatIsWrongWithAnImage) {
  tests::support::put(image_, "<html>");
  EXPECT_THAT(MakeDisk(folder_, image_, 64 * kMiB).carry_out(place_).error().message, HasSubstr("page of text"));
  tests::support::put(folder_.disk(), "no disk");
  EXPECT_FALSE(observe_disk(place_.host(), folder_.disk()));
}

TEST(Disk, OfARunningMachineGrowsInPlace) {
  const MachineFolder folder(std::filesystem::path("/m"));
  ScriptedQemu qemu;
  FakeWorkplace place;
  place.host().listen(folder.qmp(), qemu.program());
  place.host().put(folder.pid_file(), "77\n");
  place.host().put("/proc/77/cmdline", "qemu\0-pidfile\0/m/qemu.pid\0"s);
  ASSERT_TRUE(GrowDisk(folder, 64 * kMiB).carry_out(place));
  EXPECT_THAT(qemu.commands(), ElementsAre(R"(block_resize {"node-name":"disk","size":67108864})"));
  EXPECT_THAT(place.told, ElementsAre("disk: 64MiB"));
}

TEST(Disk, IsPrinted) {
  const MachineFolder folder(std::filesystem::path("/m"));
  EXPECT_EQ(
      MakeDisk(folder, "/i", kMiB).print(),
      "qemu-img create -q -f qcow2 -F qcow2 -b /i /m/disk.qcow2.part 1048576\nmv /m/disk.qcow2.part /m/disk.qcow2");
  EXPECT_THAT(GrowDisk(folder, kMiB).print(), HasSubstr("qemu-img resize -q -f qcow2 /m/disk.qcow2 1048576"));
}

TEST(Disk, WantsAnAnswerThatMakesSense) {
  FakeHost host;
  host.put("/m/disk.qcow2", "");
  for (const char* answer : {"", "{}", "[]", R"({"virtual-size": "x"})"}) {
    host.answer("qemu-img info", answer);
    EXPECT_THAT(observe_disk(host, "/m/disk.qcow2").error().message, HasSubstr("makes sense"));
  }
}

}  // namespace
}  // namespace provisioner::hypervisor
