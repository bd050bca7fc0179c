#include "provisioner/hypervisor/write_seed.h"

#include <gmock/gmock.h>

#include "tests/unit/provisioner/fake_workplace.h"
#include "tests/unit/provisioner/hypervisor/sample_cluster.h"

namespace provisioner::hypervisor {
namespace {

using cloud_init::VipHolder;
using ::testing::HasSubstr;

class WriteSeedTest : public ::testing::Test {
 protected:
  base::Result<void> write() { return WriteSeed(cluster_, "worker-0", VipHolder::kHost).carry_out(place_); }
  std::optional<cloud_init::Seed> observed() { return observe_seed(place_.host(), folder_).value(); }

  cluster::Cluster cluster_ = sample_cluster();
  const MachineFolder folder_{cluster_, "worker-0"};
  FakeWorkplace place_;
};

TEST_F(WriteSeedTest, HasTheKeyThatIsThereByThen) {
  EXPECT_THAT(write().error().message, HasSubstr("nobody could log in"));
  place_.host().put("/srv/x/ssh/id_ed25519.pub", std::string(kSampleKey) + "\n");
  ASSERT_TRUE(write());
  const auto seed = observed();
  ASSERT_TRUE(seed);
  EXPECT_THAT(seed->user_data, HasSubstr(kSampleKey));
  EXPECT_EQ(place_.host().content("/srv/x/machines/worker-0/seed.iso"), cloud_init::seed_image(*seed).value());
}

TEST_F(WriteSeedTest, IsNotThereUnlessItIsWhole) {
  place_.host().put("/srv/x/ssh/id_ed25519.pub", kSampleKey);
  ASSERT_TRUE(write());
  place_.host().refuse_write(folder_.seed_files() / "network-config");
  EXPECT_FALSE(write());
  EXPECT_FALSE(observed());  // though the old image would still have been good
}

TEST_F(WriteSeedTest, TheDifferenceIsToldByFile) {
  place_.host().put("/srv/x/ssh/id_ed25519.pub", kSampleKey);
  ASSERT_TRUE(write());
  const cloud_init::Seed before = *observed();
  cloud_init::Seed after = before;
  EXPECT_EQ(difference(before, after), "");
  after.meta_data += "x";
  EXPECT_EQ(difference(before, after), "meta-data");
  after.network_config += "x";
  EXPECT_EQ(difference(before, after), "network-config");
  after.user_data += "x";
  EXPECT_EQ(difference(before, after), "user-data, network-config");
}

TEST_F(WriteSeedTest, IsPrintedWithoutTheKeyThatNobodyKnowsYet) {
  const std::string text = WriteSeed(cluster_, "worker-0", VipHolder::kHost).print();
  EXPECT_THAT(text, HasSubstr("KEY-OF-THE-PROVISIONER"));
  EXPECT_THAT(text, HasSubstr("install -m 0644 /dev/stdin /srv/x/machines/worker-0/cloud-init/meta-data <<'END'\n"));
  EXPECT_THAT(text, HasSubstr("-o /srv/x/machines/worker-0/seed.iso user-data meta-data network-config"));
}

}  // namespace
}  // namespace provisioner::hypervisor
