#include "provisioner/hypervisor/tap.h"

#include <nlohmann/json.hpp>

#include "lib/base/hash.h"
#include "provisioner/cloud_init/mac.h"
#include "provisioner/step/mark.h"
#include "provisioner/step/steps.h"

namespace provisioner::hypervisor {
namespace {

using nlohmann::json;
using step::Command;

// A name has at most 15 characters, so it cannot be the machine's; the alias says whose it is.
std::string name_of(const cluster::Cluster& cluster, const cluster::Machine& machine) {
  return fmt::format("ks{:010x}", base::hash(cluster.name + "/" + machine.name) & 0xff'ffff'ffffU);
}

std::string json_text(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// Does nothing where there is no such interface: what its opposite made, a reboot may have taken away.
class RemoveTap final : public step::Step {
 public:
  explicit RemoveTap(std::string name) : name_(std::move(name)) {}
  [[nodiscard]] std::string print() const override { return "ip link delete dev " + name_; }
  [[nodiscard]] base::Result<void> carry_out(step::Workplace& place) override {
    const auto state = observe_tap(place.host(), name_);
    if (!state) return base::Failure(state.error());
    if (!state->exists) return {};
    const auto removed = step::output_of(place.host(), {{"ip", "link", "delete", "dev", name_}});
    if (!removed) return base::Failure(removed.error());
    return {};
  }

 private:
  std::string name_;
};

}  // namespace

Tap tap_of(const cluster::Cluster& cluster, const cluster::Machine& machine) {
  return {.name = name_of(cluster, machine),
          .machine = machine.name,
          .alias = fmt::format("keepstate:{}:{}", cluster.name, machine.name),
          .mac = "fe" + cloud_init::mac_of(cluster, machine).substr(2),
          .bridge = cluster.node_network ? cluster.node_network->bridge : ""};
}

base::Result<TapState> observe_tap(step::Host& host, const std::string& name) {
  const auto output = host.run({{"ip", "-json", "-details", "link", "show", "dev", name}});
  if (!output) return base::Failure(output.error());
  if (!output->status.ok()) {
    if (output->err.find("does not exist") != std::string::npos) return TapState{};
    return base::fail("cannot look at the interface {}: {}", name, output->err);
  }
  const json links = json::parse(output->out, nullptr, false);
  if (!links.is_array() || links.empty() || !links[0].is_object()) {
    return base::fail("cannot look at the interface {}: ip(8) answers no list of links", name);
  }
  const json& link = links[0];
  const json flags = link.value("flags", json::array());
  return TapState{.exists = true,
                  .alias = json_text(link, "ifalias"),
                  .bridge = json_text(link, "master"),
                  .is_up = std::find(flags.begin(), flags.end(), "UP") != flags.end()};
}

// Who broke off before the alias was set has claimed it in the ledger; an interface without any is taken for that one.
bool is_foreign(const Tap& tap, const TapState& state) {
  return state.exists && !state.alias.empty() && state.alias != tap.alias;
}

step::Steps steps_to_make(const Tap& tap, const TapState& state) {
  step::Steps steps;
  if (state == TapState{true, tap.alias, tap.bridge, true}) return steps;
  const auto run = [&](std::vector<std::string> argv) {
    steps.push_back(std::make_unique<step::RunCommand>(Command{std::move(argv)}));
  };
  steps.push_back(std::make_unique<step::Claim>(step::LedgerEntry{kTapKind, tap.name, tap.machine}));
  if (!state.exists) run({"ip", "tuntap", "add", "dev", tap.name, "mode", "tap"});
  if (state.alias != tap.alias) run({"ip", "link", "set", "dev", tap.name, "address", tap.mac, "alias", tap.alias});
  run({"ip", "link", "set", "dev", tap.name, "master", tap.bridge, "up"});
  return steps;
}

step::Steps steps_to_remove(const std::string& name) {
  step::Steps steps;
  steps.push_back(std::make_unique<RemoveTap>(name));
  steps.push_back(std::make_unique<step::Release>(kTapKind, name));
  return steps;
}

step::RenderedFiles networkd_files(const cluster::Cluster& cluster, const Tap& tap) {
  const std::string mark = "# " + step::mark_of(cluster) + " a change here is lost.\n";
  const std::filesystem::path base = "/etc/systemd/network/50-keepstate-" + tap.name;
  const auto file = [&](const char* extension, std::string text) {
    return step::RenderedFile{base.string() + extension, {mark + text, 0644}};
  };
  return {file(".netdev", fmt::format("[NetDev]\n"
                                      "Name={}\n"
                                      "Kind=tap\n"
                                      "MACAddress={}\n",
                                      tap.name, tap.mac)),
          file(".link", fmt::format("[Match]\n"
                                    "OriginalName={}\n"
                                    "[Link]\n"
                                    "Alias={}\n",
                                    tap.name, tap.alias)),
          file(".network", fmt::format("[Match]\n"
                                       "Name={}\n"
                                       "[Link]\n"
                                       "RequiredForOnline=no\n"
                                       "[Network]\n"
                                       "Bridge={}\n"
                                       "ConfigureWithoutCarrier=yes\n"
                                       "LinkLocalAddressing=no\n",
                                       tap.name, tap.bridge))};
}

}  // namespace provisioner::hypervisor
