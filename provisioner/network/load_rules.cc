#include "provisioner/network/load_rules.h"

#include "lib/base/hash.h"
#include "lib/firewall/dialect.h"
#include "provisioner/network/host_commands.h"
#include "provisioner/network/host_network.h"
#include "provisioner/network/network_state.h"
#include "provisioner/step/shell_text.h"

namespace provisioner::network {
namespace {

std::string lines_of(const std::vector<firewall::Command>& commands) {
  std::string text;
  for (const firewall::Command& command : commands) {
    text += (text.empty() ? "" : "\n") + step::shell_text(step::Command{command.argv});
    if (command.on_failure == firewall::OnFailure::kGoOn) text += " || :";
  }
  return text;
}

base::Result<void> run_all(step::Host& host, const std::vector<firewall::Command>& commands) {
  for (const firewall::Command& command : commands) {
    const auto done = step::output_of(host, {command.argv});
    if (!done && command.on_failure == firewall::OnFailure::kStop) return base::Failure(done.error());
  }
  return {};
}

// There is one way out (network_of), so one masquerade was loaded.
firewall::Ruleset loaded_rules(const std::string& name) {
  firewall::Ruleset rules = named_rules(name);
  rules.masquerades.resize(1);
  return rules;
}

base::Result<firewall::Dialect> dialect_of(step::System system) {
  return firewall::find_dialect(commands_of(system).dialect);
}

}  // namespace

std::string seal_of(std::string_view text, std::string_view listing) {
  return fmt::format("{:016x}{:016x}", base::hash(text), base::hash(listing));
}

std::string LoadRules::print() const {
  const auto dialect = dialect_of(system_);
  return dialect ? lines_of(dialect->apply_argv(rules_, file_.string())) : "";
}

base::Result<void> LoadRules::carry_out(step::Workplace& place) {
  const auto dialect = dialect_of(system_);
  if (!dialect) return base::Failure(dialect.error());
  if (auto claimed = place.ledger().claim({kRulesKind, rules_.name}); !claimed) return claimed;
  if (auto done = run_all(place.host(), dialect->apply_argv(rules_, file_.string())); !done) return done;
  std::string listing;
  for (const step::Command& command : commands_of(system_).list_rules(rules_)) {
    auto listed = step::output_of(place.host(), command);
    if (!listed) return base::Failure(listed.error());
    listing += *listed;
  }
  return place.ledger().claim({kRulesKind, rules_.name, seal_of(text_, listing)});
}

std::string RemoveRules::print() const {
  const auto dialect = dialect_of(system_);
  return dialect ? lines_of(dialect->remove_argv(loaded_rules(name_))) : "";
}

base::Result<void> RemoveRules::carry_out(step::Workplace& place) {
  const auto dialect = dialect_of(system_);
  if (!dialect) return base::Failure(dialect.error());
  if (auto done = run_all(place.host(), dialect->remove_argv(loaded_rules(name_))); !done) return done;
  return place.ledger().release(kRulesKind, name_);
}

}  // namespace provisioner::network
