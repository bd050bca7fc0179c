#include "provisioner/hypervisor/plan_qemu.h"

#include <gmock/gmock.h>

#include "tests/unit/provisioner/fake_workplace.h"
#include "tests/unit/provisioner/hypervisor/sample_state.h"

namespace provisioner::hypervisor {
namespace {

using step::Action;
using step::Change;
using step::Phase;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

// "+ machine worker-0", as `plan` will show it.
std::vector<std::string> summary(const std::vector<Change>& changes) {
  std::vector<std::string> lines;
  for (const Change& change : changes) {
    const char* const sign = change.action == Action::kSame     ? "="
                             : change.action == Action::kCreate ? "+"
                             : change.action == Action::kChange ? "~"
                                                                : "-";
    lines.push_back(fmt::format("{} {} {}", sign, change.kind, change.name));
  }
  return lines;
}

const std::string kImage(64, 'a');

class PlanQemuTest : public ::testing::Test {
 protected:
  std::vector<std::string> planned() const { return summary(plan_qemu(cluster_, state_, {})); }
  static const Change& find(const std::vector<Change>& changes, const std::string& kind) {
    for (const Change& change : changes) {
      if (change.kind == kind) return change;
    }
    throw std::runtime_error("there is no change of kind " + kind);
  }

  cluster::Cluster cluster_ = sample_cluster();
  QemuState state_ = state_with_all(cluster_);
};

TEST_F(PlanQemuTest, IsTheSameWhereAllIsThere) {
  EXPECT_THAT(planned(), ElementsAre("= accelerator tcg", "= ssh key /srv/x/ssh/id_ed25519", "= image " + kImage,
                                     "= machine controller-0", "= machine worker-0"));
}

TEST_F(PlanQemuTest, MakesAllFromNothing) {
  state_ = state_with_nothing(cluster_);
  state_.key = {};
  const auto changes = plan_qemu(cluster_, state_, {});
  EXPECT_THAT(summary(changes), ElementsAre("= accelerator tcg", "+ ssh key /srv/x/ssh/id_ed25519", "+ image " + kImage,
                                            "+ machine controller-0", "+ machine worker-0"));
  EXPECT_EQ(find(changes, "image").why, "is not here yet: /images/debian.qcow2");
  EXPECT_EQ(find(changes, "image").phase, Phase::kHost);
  EXPECT_THAT(printed(find(changes, "ssh key")), Contains(HasSubstr("ssh-keygen")));
}

TEST_F(PlanQemuTest, BringsAnImageOnlyForADiskThatIsToBeMade) {
  state_.has_image = false;
  EXPECT_THAT(planned(), Contains("= image " + kImage));
  state_.machines[0].disk.reset();
  EXPECT_THAT(planned(), Contains("+ image " + kImage));
}

// It is told why, and yet it is no change that somebody would have to agree to.
TEST_F(PlanQemuTest, RemembersTheAcceleratorWithoutAWord) {
  state_.accelerator = {cluster::Accelerator::kTcg, "KVM hangs", step::FileState{"{}\n", 0644}};
  const auto changes = plan_qemu(cluster_, state_, {});
  EXPECT_EQ(changes[0].action, Action::kSame);
  EXPECT_EQ(changes[0].why, "KVM hangs");
  FakeWorkplace place;
  for (const auto& step : changes[0].steps) ASSERT_TRUE(step->carry_out(place));
  EXPECT_EQ(place.host().content("/srv/x/accelerator.json"), "{}\n");
  EXPECT_TRUE(place.ledger().find(kAcceleratorKind, "/srv/x/accelerator.json"));
}

TEST_F(PlanQemuTest, RemovesWhatTheFileHasNoMore) {
  cluster_.machines.erase(cluster_.machines.begin());
  EXPECT_THAT(planned(), ElementsAre("= accelerator tcg", "= ssh key /srv/x/ssh/id_ed25519", "= image " + kImage,
                                     "= machine worker-0", "- machine controller-0"));
}

TEST_F(PlanQemuTest, KeepsAnImageAsLongAsADiskLiesOverIt) {
  state_.entries.push_back({kImageKind, "/srv/x/images/old"});
  EXPECT_THAT(planned(), Contains("- image old"));
  state_.machines[0].disk->image = "/srv/x/images/old";
  EXPECT_THAT(planned(), Not(Contains("- image old")));
  cluster_.machines.erase(cluster_.machines.begin());  // its machine goes, and so does the image, at the end
  const auto changes = plan_qemu(cluster_, state_, {});
  EXPECT_THAT(summary(changes), Contains("- image old"));
  EXPECT_EQ(changes.back().phase, Phase::kLast);
  EXPECT_THAT(printed(changes.back()), Contains("rm -rf /srv/x/images/old.part"));
}

TEST_F(PlanQemuTest, DestroysAllThatIsOurs) {
  state_.entries.push_back({kKeyKind, "/srv/x/ssh/id_ed25519"});
  state_.entries.push_back({kAcceleratorKind, "/srv/x/accelerator.json"});
  cluster_.machines.clear();
  const auto changes = plan_qemu(cluster_, state_, {});
  EXPECT_THAT(summary(changes), ElementsAre("- machine controller-0", "- machine worker-0", "- image " + kImage,
                                            "- ssh key /srv/x/ssh/id_ed25519", "- accelerator /srv/x/accelerator.json",
                                            "- folder /srv/x"));
  FakeWorkplace place;
  place.host().put("/srv/x/ssh/id_ed25519", "private");
  place.host().put("/srv/x/ssh/id_ed25519.pub", "public");
  place.host().put("/srv/x/images/" + kImage, "image");
  place.host().put("/srv/x/machines/worker-0/disk.qcow2", "disk");
  place.host().put("/srv/x/machines/other/file", "of somebody");
  ASSERT_TRUE(place.host().make_folder("/srv/x/ssh", 0700));
  place.host().answer("ip -json", "does not exist", 1);
  for (const Change& change : changes) {
    for (const auto& step : change.steps) ASSERT_TRUE(step->carry_out(place));
  }
  EXPECT_THAT(place.host().files(), ElementsAre(::testing::Key("/srv/x/machines/other/file")));
  EXPECT_FALSE(place.host().exists("/srv/x/ssh"));

  state_ = {};
  EXPECT_THAT(planned(), IsEmpty());
}

TEST_F(PlanQemuTest, Power) {
  const auto power = [&](PowerWish wish) { return plan_power(cluster_, state_, {}, wish, {"worker-0", "unknown"}); };
  EXPECT_THAT(summary(power(PowerWish::kOff)), ElementsAre("~ machine worker-0"));
  EXPECT_THAT(summary(power(PowerWish::kOn)), Contains("= machine worker-0"));
  EXPECT_THAT(summary(power(PowerWish::kRestart)), Contains("~ machine worker-0"));
  EXPECT_THAT(summary(power(PowerWish::kRestart)), Not(Contains(HasSubstr("controller-0"))));
  state_.machines[1].running.reset();
  EXPECT_THAT(summary(power(PowerWish::kOff)), ElementsAre("= machine worker-0"));
  EXPECT_THAT(summary(power(PowerWish::kOn)), Contains("~ machine worker-0"));
}

TEST_F(PlanQemuTest, Resize) {
  cluster_.machines[1].disk = 11ULL << 30;
  EXPECT_THAT(summary(plan_resize(cluster_, state_, {}, {"controller-0", "worker-0"})),
              ElementsAre("= machine controller-0", "~ machine worker-0"));
}

TEST_F(PlanQemuTest, CountsWhatIsYetToCome) {
  state_.room = {.memory = 4ULL << 30, .free_memory = 1ULL << 30, .free_disk = 18ULL << 30};
  EXPECT_TRUE(check_room(cluster_, state_));  // they run, and their disks have 9 GiB each to go
  state_.machines[0].running.reset();
  EXPECT_THAT(check_room(cluster_, state_).error().message, HasSubstr("1 machine would need 2.3 GiB of memory"));
  state_.machines[0] = state_with_all(cluster_).machines[0];
  cluster_.machines[0].disk = 11ULL << 30;
  EXPECT_THAT(check_room(cluster_, state_).error().message, HasSubstr("2 machines may come to need 19.0 GiB more"));
}

}  // namespace
}  // namespace provisioner::hypervisor
