#include "provisioner/hypervisor/folder_removal.h"

#include "provisioner/hypervisor/machine_folder.h"
#include "provisioner/step/shell_text.h"
#include "provisioner/step/steps.h"

namespace provisioner::hypervisor {
namespace {

class RemoveEmptyFolders final : public step::Step {
 public:
  explicit RemoveEmptyFolders(std::vector<std::filesystem::path> folders) : folders_(std::move(folders)) {}
  [[nodiscard]] std::string print() const override {
    std::string text = "rmdir --ignore-fail-on-non-empty";
    for (const auto& folder : folders_) text += " " + step::shell_word(folder.string());
    return text;
  }
  [[nodiscard]] base::Result<void> carry_out(step::Workplace& place) override {
    for (const auto& folder : folders_) {
      const auto names = place.host().list(folder);
      if (!names) return base::Failure(names.error());
      if (!names->empty() || !place.host().exists(folder)) continue;
      if (auto removed = place.host().remove_tree(folder); !removed) return removed;
    }
    return {};
  }

 private:
  std::vector<std::filesystem::path> folders_;
};

}  // namespace

step::Change plan_folder_removal(const cluster::Cluster& cluster) {
  const ClusterFolder folder(cluster);
  step::Change change{.action = step::Action::kRemove,
                      .kind = "folder",
                      .name = folder.path.string(),
                      .why = "there are no machines any more",
                      .phase = step::Phase::kLast};
  change.steps.push_back(std::make_unique<RemoveEmptyFolders>(
      std::vector<std::filesystem::path>{folder.machines(), folder.images(), folder.ssh()}));
  return change;
}

step::Change plan_file_removal(const step::LedgerEntry& entry, std::string name, std::string why,
                               const std::vector<std::string>& endings) {
  step::Change change{.action = step::Action::kRemove,
                      .kind = entry.kind,
                      .name = std::move(name),
                      .why = std::move(why),
                      .phase = step::Phase::kLast};
  for (const std::string& ending : endings) {
    change.steps.push_back(std::make_unique<step::RemoveTree>(entry.name + ending));  // RemoveFile would read it first
  }
  change.steps.push_back(std::make_unique<step::Release>(entry.kind, entry.name));
  return change;
}

}  // namespace provisioner::hypervisor
