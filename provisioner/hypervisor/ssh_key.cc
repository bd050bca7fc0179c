#include "provisioner/hypervisor/ssh_key.h"

#include "provisioner/access/ssh.h"
#include "provisioner/hypervisor/folder_removal.h"
#include "provisioner/step/steps.h"

namespace provisioner::hypervisor {
namespace {

namespace fs = std::filesystem;
using step::Action;
using step::Change;

fs::path public_file(const cluster::Cluster& cluster) {
  return access::key_file(cluster).string() + ".pub";
}

// ssh-keygen shows the public half; the step writes it. Only where somebody has lost that file.
class WritePublicKey final : public step::Step {
 public:
  explicit WritePublicKey(fs::path key) : key_(std::move(key)) {}
  [[nodiscard]] std::string print() const override {
    return fmt::format("ssh-keygen -y -f {0} > {0}.pub", key_.string());
  }
  [[nodiscard]] base::Result<void> carry_out(step::Workplace& place) override {
    auto line = step::output_of(place.host(), {{"ssh-keygen", "-y", "-f", key_.string()}});
    if (!line) return base::Failure(line.error());
    return place.host().write(key_.string() + ".pub", {std::move(*line), 0644});
  }

 private:
  fs::path key_;
};

}  // namespace

base::Result<KeyState> observe_key(step::Host& host, const cluster::Cluster& cluster) {
  KeyState state;
  state.has_private = host.exists(access::key_file(cluster));
  const auto file = host.read(public_file(cluster));
  if (!file) return base::Failure(file.error());
  if (*file) state.public_line = (*file)->content.substr(0, (*file)->content.find('\n'));
  if (cluster.access.key_file.empty() || state.is_whole()) return state;
  return base::fail(
      "spec.access.keyFile: {} is missing; make a pair by ssh-keygen -t ed25519 -f {}, or remove the key from "
      "cluster.yaml and have one made",
      state.has_private ? public_file(cluster).string() : cluster.access.key_file, cluster.access.key_file);
}

Change plan_key(const cluster::Cluster& cluster, const KeyState& state) {
  const fs::path key = access::key_file(cluster);
  Change change{.kind = kKeyKind, .name = key.string()};
  if (!cluster.access.key_file.empty() || state.is_whole()) return change;
  change.action = Action::kCreate;
  change.why = state.has_private ? "its public half is not there" : "is not there";
  change.steps.push_back(std::make_unique<step::Claim>(step::LedgerEntry{kKeyKind, key.string()}));
  if (state.has_private) {
    change.steps.push_back(std::make_unique<WritePublicKey>(key));
    return change;
  }
  change.steps.push_back(std::make_unique<step::MakeFolder>(key.parent_path(), 0700));
  change.steps.push_back(
      std::make_unique<step::RunCommand>(step::Command{{"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C",
                                                        "keepstate-provisioner@" + cluster.name, "-f", key.string()}}));
  return change;
}

Change plan_key_removal(const step::LedgerEntry& entry) {
  return plan_file_removal(entry, entry.name, "there are no machines any more", {"", ".pub"});
}

}  // namespace provisioner::hypervisor
