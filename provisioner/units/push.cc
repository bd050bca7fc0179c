#include "provisioner/units/push.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

#include "provisioner/access/ssh.h"
#include "provisioner/step/shell_text.h"
#include "provisioner/step/steps.h"
#include "provisioner/units/push_script.h"

namespace provisioner::units {
namespace {

using cluster::Cluster;
using cluster::Machine;

constexpr std::chrono::minutes kScriptTimeout{3};  // systemctl alone may take 90 s for one unit of systemd's own
constexpr std::size_t kToldDifferences = 3;

// A script that root runs on a machine. What it says is told, line by line.
class RunThere final : public step::Step {
 public:
  RunThere(std::string doing, step::Command command) : doing_(std::move(doing)), command_(std::move(command)) {}

  [[nodiscard]] std::string print() const override { return "# " + doing_ + "\n" + step::shell_text(command_); }
  [[nodiscard]] base::Result<void> carry_out(step::Workplace& place) override {
    place.tell(doing_);
    const auto said = step::output_of(place.host(), command_);
    if (!said) return base::Failure(said.error());
    std::istringstream in(*said);
    for (std::string line; std::getline(in, line);) place.tell(line);
    return {};
  }

 private:
  std::string doing_;
  step::Command command_;
};

// What comes is unpacked in a folder in memory that vanishes, whatever happens. A tar that was cut has no script in it.
std::string receive_keys(const Machine& machine) {
  return fmt::format(
      "set -eu; umask 077; trap 'exit 1' HUP INT TERM; folder=$(mktemp -d /run/keepstate-push.XXXXXX); "
      "trap 'rm -rf \"$folder\"' EXIT; tar -xpf - -C \"$folder\"; sh \"$folder/{}-pki/install.sh\" "
      ">\"$folder/said\"; sed -n -e 's/^install.sh: placed/placed/p' -e 's/^install.sh: took away/removed/p' "
      "\"$folder/said\"",
      machine.name);
}

// Builds the changes of one push.
class Push {
 public:
  Push(const Cluster& cluster, const std::vector<PushTarget>& targets, const PushOptions& options)
      : cluster_(cluster), options_(options) {
    for (const PushTarget& target : targets) {
      const bool controls = target.machine.role == cluster::Role::kControlPlane;
      (controls ? controllers_ : workers_).push_back(&target);
    }
  }

  step::Plan plan() {
    const bool together = begins_etcd();
    for (const PushTarget* target : controllers_) add(*target, together ? Waiting::kLater : Waiting::kAtOnce);
    if (together && has_majority()) add_joint_wait();
    if (!together || has_majority()) add_kubelet_access();
    for (const PushTarget* target : workers_) add(*target, Waiting::kAtOnce);
    return std::move(plan_);
  }

 private:
  enum class Waiting { kAtOnce, kLater };

  [[nodiscard]] std::size_t members() const {
    return static_cast<std::size_t>(
        std::count_if(cluster_.machines.begin(), cluster_.machines.end(),
                      [](const Machine& machine) { return machine.role == cluster::Role::kControlPlane; }));
  }
  [[nodiscard]] bool has_majority() const { return controllers_.size() > members() / 2; }

  // One that joins an etcd that is there is up at once.
  [[nodiscard]] bool begins_etcd() const {
    return members() > 1 && cluster_.kubernetes.etcd.initial_cluster_state == cluster::InitialClusterState::kNew &&
           std::any_of(controllers_.begin(), controllers_.end(),
                       [](const PushTarget* target) { return !target->state.has_etcd_member; });
  }

  [[nodiscard]] std::unique_ptr<step::Step> there(const PushTarget& target, std::string doing,
                                                  const std::string& script, std::chrono::seconds timeout) const {
    return std::make_unique<RunThere>(std::move(doing), access::root_script(cluster_, target.machine, script, timeout));
  }

  [[nodiscard]] std::unique_ptr<step::Step> bring_keys(const PushTarget& target) const {
    const step::Command from{{options_.pki_program, "bundle", target.machine.name, "-c", options_.cluster_file.string(),
                              "--out", options_.pki_folder.string()}};
    const auto to = access::root_reader(cluster_, target.machine, receive_keys(target.machine), kScriptTimeout);
    return std::make_unique<step::RunPipe>(from, to);
  }

  [[nodiscard]] std::unique_ptr<step::Step> wait_for(const PushTarget& target) const {
    const PushScripts scripts(cluster_, target.units);
    constexpr std::chrono::minutes kBeyond{1};  // so that the script's own end comes first, and its words with it
    return there(target, "wait for the units of " + target.machine.name, scripts.wait(options_.wait),
                 options_.wait + kBeyond);
  }

  void add(const PushTarget& target, Waiting waiting) {
    const PushScripts scripts(cluster_, target.units);
    step::Change change{.action = step::Action::kChange, .kind = "units", .name = target.machine.name};
    change.phase = step::Phase::kMachine;
    change.why = why(target, waiting);
    change.steps.push_back(
        std::make_unique<step::MakeFolder>(access::known_hosts(cluster_, target.machine).parent_path(), 0755));
    change.steps.push_back(there(target, "place units and configuration", scripts.place(), kScriptTimeout));
    change.steps.push_back(bring_keys(target));
    change.steps.push_back(there(target, "restart what reads something new", scripts.restart(), kScriptTimeout));
    if (waiting == Waiting::kAtOnce) change.steps.push_back(wait_for(target));
    plan_.push_back(std::move(change));
  }

  void add_joint_wait() {
    step::Change change{.action = step::Action::kChange, .kind = "units", .name = "control plane"};
    change.phase = step::Phase::kMachine;
    change.why = "etcd is up once a majority of its members is";
    for (const PushTarget* target : controllers_) change.steps.push_back(wait_for(*target));
    plan_.push_back(std::move(change));
  }

  // kubectl brings only what is new; without one, somebody else has to.
  void add_kubelet_access() {
    if (controllers_.empty()) return;
    const PushTarget& target = *controllers_.front();
    const std::string script = fmt::format(
        "set -eu\n"
        "kubectl={}/kubectl; [ -x \"$kubectl\" ] || kubectl=$(command -v kubectl) || {{\n"
        "  echo 'there is no kubectl here: apply /etc/kubernetes/config/kube-apiserver-to-kubelet.yaml yourself'; exit "
        "0\n"
        "}}\n"
        "\"$kubectl\" --kubeconfig /var/lib/kubernetes/admin.kubeconfig apply "
        "-f /etc/kubernetes/config/kube-apiserver-to-kubelet.yaml\n",
        cluster_.kubernetes.binaries);
    step::Change change{.action = step::Action::kChange, .kind = "access", .name = "kube-apiserver to kubelets"};
    change.phase = step::Phase::kMachine;
    change.why = "logs and exec need it";
    change.steps.push_back(there(target, "let kube-apiserver talk to kubelets", script, kScriptTimeout));
    plan_.push_back(std::move(change));
  }

  [[nodiscard]] std::string why(const PushTarget& target, Waiting waiting) const {
    std::vector<std::string> differences;
    for (const FileLook& file : target.state.files) {
      if (file.condition == FileCondition::kMissing) differences.push_back(file.path + " is not there");
      if (file.condition == FileCondition::kDiffers) differences.push_back(file.path + " differs");
    }
    for (const UnitLook& unit : target.state.units) {
      if (unit.active != "active") differences.push_back(unit.name + " is " + unit.active);
    }
    const std::size_t count = differences.size();
    if (count > kToldDifferences) differences.resize(kToldDifferences);
    std::string text = fmt::format("{}", fmt::join(differences, ", "));
    if (count > kToldDifferences) text += fmt::format(" and {} more", count - kToldDifferences);
    text += text.empty() ? "keys are compared there" : "; keys are compared there";
    if (waiting == Waiting::kLater && !has_majority()) {
      text += fmt::format("; etcd waits for a majority of its {} members: push the others too", members());
    }
    return text;
  }

  const Cluster& cluster_;
  const PushOptions& options_;
  std::vector<const PushTarget*> controllers_;
  std::vector<const PushTarget*> workers_;
  step::Plan plan_;
};

base::Result<void> check(const PushTarget& target) {
  std::vector<std::string> foreign;
  for (const FileLook& file : target.state.files) {
    if (file.condition == FileCondition::kForeign) foreign.push_back(file.path);
  }
  if (!foreign.empty()) {
    return base::fail("on {} there is {}, which we did not write; move it away there, and push again",
                      target.machine.name, fmt::join(foreign, " and "));
  }
  if (!target.state.missing_programs.empty()) {
    return base::fail("on {} there is no {}; install what is missing there first (spec.kubernetes.binaries says where)",
                      target.machine.name, fmt::join(target.state.missing_programs, ", no "));
  }
  return {};
}

}  // namespace

base::Result<step::Plan> plan_push(const Cluster& cluster, const std::vector<PushTarget>& targets,
                                   const PushOptions& options) {
  for (const PushTarget& target : targets) {
    if (auto possible = check(target); !possible) return base::Failure(possible.error());
  }
  return Push(cluster, targets, options).plan();
}

}  // namespace provisioner::units
