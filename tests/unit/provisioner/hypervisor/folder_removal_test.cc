#include "provisioner/hypervisor/folder_removal.h"

#include <gmock/gmock.h>

#include "tests/unit/provisioner/fake_workplace.h"
#include "tests/unit/provisioner/hypervisor/sample_cluster.h"

namespace provisioner::hypervisor {
namespace {

TEST(FolderRemoval, LeavesWhatSomebodyHasPutThere) {
  FakeWorkplace place;
  const auto change = plan_folder_removal(sample_cluster());
  ASSERT_TRUE(place.host().make_folder("/srv/x/machines", 0755));
  place.host().put("/srv/x/images/mine", "not yours");
  ASSERT_EQ(change.steps.size(), 1U);
  EXPECT_EQ(change.steps[0]->print(), "rmdir --ignore-fail-on-non-empty /srv/x/machines /srv/x/images /srv/x/ssh");
  ASSERT_TRUE(change.steps[0]->carry_out(place));
  EXPECT_FALSE(place.host().exists("/srv/x/machines"));
  EXPECT_TRUE(place.host().exists("/srv/x/images/mine"));
}

}  // namespace
}  // namespace provisioner::hypervisor
