#include "pki/command/bundle.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <ostream>

#include "lib/base/file_system.h"
#include "lib/cluster/machine_files.h"
#include "lib/cluster/spelling.h"
#include "pki/command/opened_pki.h"
#include "pki/output/bundle.h"
#include "pki/output/folder_version.h"
#include "pki/output/secret_file.h"

namespace pki::command {
namespace {

std::vector<plan::Placement> placements_on(const std::string& machine, const plan::PkiSpec& spec) {
  std::vector<plan::Placement> placements;
  std::copy_if(spec.placements.begin(), spec.placements.end(), std::back_inserter(placements),
               [&](const plan::Placement& placement) { return placement.machine == machine; });
  return placements;
}

base::ExitCode unknown_machine(const std::string& machine, const plan::PkiSpec& spec,
                               const Surroundings& surroundings) {
  std::vector<std::string_view> known;
  for (const auto& placement : spec.placements) {
    if (known.empty() || known.back() != placement.machine) known.push_back(placement.machine);
  }
  const std::string guess = cluster::did_you_mean(machine, known);
  fail(surroundings, fmt::format("there is no machine '{}' in cluster.yaml{}", machine,
                                 guess.empty() ? fmt::format("; they are {}", fmt::join(known, ", ")) : guess));
  return base::kExitUsage;
}

// What the machine will stumble over.
void warn_of_broken(const std::vector<plan::Placement>& placements, const OpenedPki& pki,
                    const Surroundings& surroundings) {
  for (const auto& assessment : plan::assess(pki.spec, pki.contents.inventory, {surroundings.now, {}})) {
    const bool goes_there = std::any_of(placements.begin(), placements.end(), [&](const plan::Placement& placement) {
      return placement.file == assessment.file;
    });
    for (const auto& reason : assessment.reasons) {
      if (!goes_there || reason.weight < plan::Weight::kBroken) continue;
      surroundings.streams.err << fmt::format("keepstate-pki: warning: {}: {}\n", assessment.file, reason.text);
    }
  }
}

using Secrets = std::map<std::string, crypto::SecretText>;

// What is on machines alone.
base::Result<crypto::SecretText> signing_file(const std::filesystem::path& folder) {
  const auto all = base::read_file(folder / "ca.pem");
  if (!all) return base::Failure(all.error());
  const auto certificates = crypto::Certificate::all_from_pem(*all);
  if (!certificates) return base::fail("{}: {}", (folder / "ca.pem").string(), certificates.error().message);
  const auto first = certificates->front().to_pem();
  if (!first) return base::Failure(first.error());
  return crypto::SecretText(*first);
}

base::Result<Secrets> read_files(const std::vector<plan::Placement>& placements, const std::filesystem::path& folder) {
  Secrets secrets;
  for (const auto& placement : placements) {
    if (placement.file == cluster::kSigningFile) {
      auto first = signing_file(folder);
      if (!first) return base::Failure(first.error());
      secrets.insert_or_assign(placement.file, std::move(*first));
      continue;
    }
    std::error_code ignored;
    if (!std::filesystem::exists(folder / placement.file, ignored)) {
      return base::fail("{} is missing; `keepstate-pki init` makes it", (folder / placement.file).string());
    }
    auto secret = output::read_secret_file(folder / placement.file);
    if (!secret) return base::Failure(secret.error());
    secrets.insert_or_assign(placement.file, std::move(*secret));
  }
  return secrets;
}

}  // namespace

base::ExitCode bundle(const BundleOptions& options, const Surroundings& surroundings) {
  if (const auto fit = check_output(options.output, "bundle", surroundings); fit != base::kExitOk) return fit;
  const auto pki = open_pki(options.folder, Access::kRead, "bundle", surroundings);
  if (!pki) return pki.error();
  const auto placements = placements_on(options.machine, pki->spec);
  if (placements.empty()) return unknown_machine(options.machine, pki->spec, surroundings);
  warn_of_broken(placements, *pki, surroundings);
  const auto folder = pki->store.folder();
  const auto secrets = output::read_steadily(folder, [&] { return read_files(placements, folder); });
  if (!secrets) return fail(surroundings, secrets.error().message);
  std::vector<output::BundleFile> files;
  for (const auto& placement : placements) {
    auto places = output::places_for(placement.file, options.machine, placement.units);
    std::move(places.begin(), places.end(), std::back_inserter(files));
  }
  const auto tar = output::bundle_tar(options.machine, files, *secrets, surroundings.now);
  if (!tar) return fail(surroundings, tar.error().message);
  return give(*tar, options.output, surroundings);
}

void add_bundle(CLI::App& app, Chosen& chosen) {
  CLI::App* const command = app.add_subcommand("bundle", "Put what one machine needs into a tar with a script");
  const auto options = std::make_shared<BundleOptions>();
  command->add_option("MACHINE", options->machine, "Its name in cluster.yaml")->required();
  add_folder_options(*command, options->folder);
  add_secret_output(*command, options->output);
  command->footer(
      "The tar holds MACHINE-pki/ with the files under the paths of Kubernetes the Hard Way, and install.sh, which\n"
      "places them whole or not at all and tells what to restart. Only machines that run kube-controller-manager get\n"
      "ca-key.pem.\n"
      "Example:\n"
      "  keepstate-pki bundle worker-0 -c cluster.yaml --out pki | ssh root@worker-0 'tar -xpf - && sh "
      "worker-0-pki/install.sh'");
  command->callback([options, &chosen] {
    chosen.run = [options](const Surroundings& surroundings) { return bundle(*options, surroundings); };
  });
}

}  // namespace pki::command
