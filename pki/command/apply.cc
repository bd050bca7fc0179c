#include "pki/command/apply.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "pki/output/transaction.h"
#include "pki/plan/moment.h"
#include "pki/plan/roll_out.h"

namespace pki::command {
namespace {

using plan::Action;

std::string_view verb_of(Action action) {
  switch (action) {
    case Action::kKeep:
      return "kept";
    case Action::kMake:
      return "made";
    case Action::kReplace:
      return "renewed";
  }
  return "";
}

std::size_t count(const std::vector<output::FileNote>& notes, Action action) {
  return static_cast<std::size_t>(
      std::count_if(notes.begin(), notes.end(), [&](const auto& note) { return note.action == action; }));
}

// A line a file, the names in one column.
void tell_files(const std::vector<output::FileNote>& notes, Telling telling, std::ostream& out) {
  std::size_t width = 0;
  for (const auto& note : notes) width = std::max(width, note.file.size());
  const bool any_renewed = count(notes, Action::kReplace) > 0;
  for (const auto& note : notes) {
    if (telling == Telling::kChangedFiles && note.action == Action::kKeep) continue;
    out << fmt::format("{:<{}}  {:<{}}  {}\n", verb_of(note.action), any_renewed ? 7 : 4, note.file, width, note.what);
  }
}

void tell_sum(const std::vector<output::FileNote>& notes, const output::Store& store, std::ostream& out) {
  const std::string folder = store.folder().string();
  const std::size_t kept = count(notes, Action::kKeep);
  if (kept == notes.size()) {
    out << fmt::format("nothing to do: all {} files are in {}\n", kept, folder);
    return;
  }
  const std::size_t renewed = count(notes, Action::kReplace);
  out << fmt::format("{} made, {}{} kept in {}\n", count(notes, Action::kMake),
                     renewed > 0 ? fmt::format("{} renewed, ", renewed) : "", kept, folder);
}

// What replaces a file on some machine; what is new to all has no one to be restarted.
std::vector<std::string> replaced_files(const std::vector<output::FileNote>& notes) {
  std::vector<std::string> files;
  for (const auto& note : notes) {
    if (note.action == Action::kReplace) files.push_back(note.file);
  }
  return files;
}

bool is_slow(const plan::Steps& steps) {
  using cluster::KeyAlgorithm;
  return std::any_of(steps.certificates.begin(), steps.certificates.end(), [](const plan::CertificateStep& step) {
    const auto algorithm = step.spec.algorithm;
    return step.key != Action::kKeep && (algorithm == KeyAlgorithm::kRsa2048 || algorithm == KeyAlgorithm::kRsa3072 ||
                                         algorithm == KeyAlgorithm::kRsa4096);
  });
}

crypto::KeyProgress progress_of(const plan::Steps& steps, std::ostream& err) {
  if (!is_slow(steps)) return {};
  return [&err](std::size_t made, std::size_t total) {
    err << fmt::format("keepstate-pki: {} of {} keys are made\n", made, total) << std::flush;
  };
}

// A certificate that is cut short comes as a surprise a year later.
void warn_of_authoritys_end(const plan::Steps& steps, const OpenedPki& pki, const Surroundings& surroundings) {
  const auto authority = pki.contents.inventory.pair(std::string(plan::kAuthority)).certificate;
  if (!authority || steps.certificates.front().certificate != Action::kKeep) return;
  const bool is_cut = std::any_of(steps.certificates.begin(), steps.certificates.end(), [&](const auto& step) {
    return step.certificate != Action::kKeep && surroundings.now + step.spec.lifetime > authority->not_after;
  });
  if (!is_cut) return;
  surroundings.streams.err << fmt::format(
      "keepstate-pki: warning: ca.pem ends on {}, and what it signs now with it, sooner than spec.pki.validity.leaf "
      "says; rotate-ca makes another authority while the cluster runs\n",
      plan::date_text(authority->not_after));
}

bool needs_authority_key(const plan::Steps& steps) {
  return steps.signs() && steps.certificates.front().key == Action::kKeep;
}

}  // namespace

base::ExitCode apply(const plan::Steps& steps, OpenedPki& pki, const FolderOptions& options,
                     const crypto::SecretText* new_passphrase, Telling telling, const Surroundings& surroundings) {
  if (needs_authority_key(steps)) {
    if (const auto opened = open_authority(pki, options, surroundings); !opened) {
      return fail(surroundings, opened.error().message, kNothingChanged);
    }
  }
  const output::MakeOptions make{surroundings.now, surroundings.threads, progress_of(steps, surroundings.streams.err),
                                 new_passphrase};
  const auto made = output::make_files(steps, pki.contents, make);
  if (!made) return fail(surroundings, made.error().message, kNothingChanged);
  warn_of_authoritys_end(steps, pki, surroundings);
  return write_and_tell(*made, pki, telling, surroundings);
}

base::ExitCode write_and_tell(const output::MadeFiles& made, const OpenedPki& pki, Telling telling,
                              const Surroundings& surroundings) {
  const auto written = output::change_files(surroundings.files, pki.store.folder(), made.files);
  if (!written) {
    const bool committed = output::has_committed_transaction(pki.store.folder());
    return fail(surroundings, written.error().message,
                committed ? "the change is decided and partly done; the next run finishes it" : kNothingChanged);
  }
  tell_files(made.notes, telling, surroundings.streams.out);
  tell_sum(made.notes, pki.store, surroundings.streams.out);
  surroundings.streams.out << plan::roll_out_text(replaced_files(made.notes), pki.spec);
  return base::kExitOk;
}

}  // namespace pki::command
