#include "pki/command/renew.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <ostream>

#include "lib/base/lifetime.h"
#include "pki/command/apply.h"
#include "pki/command/opened_pki.h"
#include "pki/plan/plan_renew.h"

namespace pki::command {
namespace {

// Tells every name that is not known; nothing: there is at least one.
std::optional<std::vector<plan::Target>> resolve_all(const plan::PkiSpec& spec, const std::vector<std::string>& names,
                                                     const Surroundings& surroundings) {
  std::vector<plan::Target> targets;
  for (const auto& name : names) {
    auto target = plan::resolve(spec, name);
    target ? targets.push_back(std::move(*target)) : void(fail(surroundings, target.error().message));
  }
  return targets.size() == names.size() ? std::optional(std::move(targets)) : std::nullopt;
}

void warn(const plan::Assessment& assessment, const std::string& text, std::ostream& err) {
  err << fmt::format("keepstate-pki: warning: {}: {}\n", assessment.file, text);
}

// What is wrong and not mended here, so that nobody takes "nothing to renew" for "all is well": what is missing, and
// what ends soon because the authority does. Gives how much of the latter there is.
std::size_t tell_others(const OpenedPki& pki, const plan::Moment& moment, std::ostream& err) {
  std::size_t ending = 0;
  for (const auto& assessment : plan::assess(pki.spec, pki.contents.inventory, moment)) {
    for (const auto& reason : assessment.reasons) {
      const bool ends = reason.cause == plan::Cause::kEnding && reason.weight == plan::Weight::kRemark;
      if (ends) ++ending;
      if (ends || reason.cause == plan::Cause::kLost) warn(assessment, reason.text, err);
      if (reason.weight == plan::Weight::kMake) warn(assessment, "it is missing; `keepstate-pki init` makes it", err);
    }
  }
  return ending;
}

void tell_nothing_to_renew(std::size_t ending, const OpenedPki& pki, const RenewOptions& options, std::ostream& out) {
  const std::string within = base::lifetime_text(options.within);
  out << fmt::format("nothing to renew: every certificate in {} is as cluster.yaml wants it, and {}\n",
                     pki.store.folder().string(),
                     ending == 0 ? fmt::format("none ends within {}", within)
                                 : fmt::format("what ends within {} ends with the authority", within));
}

}  // namespace

base::ExitCode renew(const RenewOptions& options, const Surroundings& surroundings) {
  auto spec = load_spec(options.folder.config, surroundings);
  if (!spec) return spec.error();
  auto targets = resolve_all(*spec, options.names, surroundings);
  if (!targets) return base::kExitUsage;
  auto pki = open_pki(std::move(*spec), options.folder, Access::kChange, "renew", surroundings);
  if (!pki) return pki.error();
  const plan::Moment moment{surroundings.now, options.within};
  const auto steps = plan::plan_renew(pki->spec, pki->contents.inventory, moment, {std::move(*targets), options.key});
  if (!steps) return refuse(steps.error(), *pki, surroundings);
  const std::size_t ending = tell_others(*pki, moment, surroundings.streams.err);
  if (steps->changed_files().empty()) {
    tell_nothing_to_renew(ending, *pki, options, surroundings.streams.out);
    return base::kExitOk;
  }
  return apply(*steps, *pki, options.folder, nullptr, Telling::kChangedFiles, surroundings);
}

void add_renew(CLI::App& app, Chosen& chosen) {
  CLI::App* const command = app.add_subcommand("renew", "Issue certificates again, and refresh their kubeconfigs");
  const auto options = std::make_shared<RenewOptions>();
  command->add_option("NAME", options->names,
                      "What to renew: worker-0, kubernetes, admin.kubeconfig ...; none: all that end soon or are no "
                      "longer as cluster.yaml wants them");
  add_folder_options(*command, options->folder);
  add_passphrase_option(*command, options->folder);
  add_within_option(*command, options->within, "Without NAME: what ends so soon is renewed");
  command->add_flag_callback(
      "--new-key", [options] { options->key = plan::KeyWish::kNew; },
      "Make new keys too (never the service-account key: see rotate-service-account-key)");
  command->footer(
      "Keys, names and usages stay, unless cluster.yaml has changed. The authority is never renewed here (rotate-ca), "
      "nor\n"
      "are the keys of encryption-config.yaml (rotate-encryption-key).\n"
      "Examples:\n"
      "  keepstate-pki renew -c cluster.yaml --out pki                        what ends within 30 days\n"
      "  keepstate-pki renew -c cluster.yaml --out pki --within 90d\n"
      "  keepstate-pki renew -c cluster.yaml --out pki --new-key worker-0     because its key was seen");
  command->callback([options, &chosen] {
    chosen.run = [options](const Surroundings& surroundings) { return renew(*options, surroundings); };
  });
}

}  // namespace pki::command
