#include "pki/command/rotate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <memory>
#include <ostream>

#include "pki/command/apply.h"
#include "pki/command/rotation.h"
#include "pki/output/folder_version.h"
#include "pki/output/succession.h"
#include "pki/plan/names.h"
#include "pki/plan/roll_out.h"

namespace pki::command {
namespace {

using plan::RotationKind;
using plan::RotationStage;

void tell_rest(const plan::StageReport& report, const RotateOptions& options, const OpenedPki& pki,
               const Surroundings& surroundings) {
  std::ostream& out = surroundings.streams.out;
  for (const auto& line : report.then) out << line << '\n';
  if (report.next.empty()) return;
  out << fmt::format("when all of that is done: keepstate-pki {} -c {} --out {} {}\n  {}\n",
                     plan::command_of(options.kind), options.folder.config.string(), pki.store.folder().string(),
                     report.next_words, report.next);
}

base::ExitCode tell_status(const plan::StageReport& report, const RotateOptions& options, const OpenedPki& pki,
                           const Surroundings& surroundings) {
  surroundings.streams.out << fmt::format("{}: {}\n", plan::command_of(options.kind), report.title)
                           << plan::roll_out_text(report.files, pki.spec);
  tell_rest(report, options, pki, surroundings);
  return base::kExitOk;
}

// Writes a stage and tells what it means.
base::ExitCode carry_out(const base::Result<output::MadeFiles>& made, const plan::StageReport& report,
                         const RotateOptions& options, const OpenedPki& pki, const Surroundings& surroundings) {
  if (!made) return fail(surroundings, made.error().message, kNothingChanged);
  surroundings.streams.out << fmt::format("{}: {}\n", plan::command_of(options.kind), report.title);
  const auto written = write_and_tell(*made, pki, Telling::kChangedFiles, surroundings);
  if (written == base::kExitOk) tell_rest(report, options, pki, surroundings);
  return written;
}

// A service-account key's certificate has to be signed by the authority that stays.
std::string other_under_way(RotationKind kind, const OpenedPki& pki) {
  if (kind == RotationKind::kEncryptionKey) return "";
  const bool is_ca = kind == RotationKind::kCa;
  const auto other = is_ca ? RotationKind::kServiceAccountKey : RotationKind::kCa;
  if (!output::is_under_way(pki.store.folder(), is_ca ? plan::kServiceAccount : plan::kAuthority)) return "";
  return fmt::format("{} is under way; end it first, then begin with {}", plan::command_of(other),
                     plan::command_of(kind));
}

constexpr RotationStage after(RotationStage stage) {
  return stage == RotationStage::kNone    ? RotationStage::kAdded
         : stage == RotationStage::kAdded ? RotationStage::kSwitched
                                          : RotationStage::kNone;
}

base::Result<output::MadeFiles> make_next(RotationStage now, Rotation& rotation) {
  switch (now) {
    case RotationStage::kNone:
      return rotation.add();
    case RotationStage::kAdded:
      return rotation.switch_over();
    case RotationStage::kSwitched:
      return rotation.keep_one();
  }
  return base::fail("there is no such stage");
}

base::ExitCode go_on(RotationStage now, Rotation& rotation, const RotateOptions& options, const OpenedPki& pki,
                     const Surroundings& surroundings) {
  const auto all = plan::assess(pki.spec, pki.contents.inventory, {surroundings.now, {}});
  if (const auto problems = plan::hindrances(options.kind, now, all); !problems.empty()) {
    return refuse(problems, pki, surroundings);
  }
  if (auto asked = rotation.ask(options.servers); !asked) {
    return fail(surroundings, asked.error().message, kNothingChanged);
  }
  const auto report = now == RotationStage::kSwitched ? plan::report_of_end(options.kind, pki.spec)
                                                      : plan::report_of(options.kind, after(now), pki.spec);
  return carry_out(make_next(now, rotation), report, options, pki, surroundings);
}

// The stage is named, so that the same words twice, after an interruption perhaps, do it once.
base::ExitCode go_on_to(unsigned stage, RotationStage now, Rotation& rotation, const RotateOptions& options,
                        const OpenedPki& pki, const Surroundings& surroundings) {
  const unsigned reached = now == RotationStage::kSwitched ? 2 : 1;
  if (stage <= reached) {
    return tell_status(plan::report_of(options.kind, now, pki.spec), options, pki, surroundings);
  }
  if (stage > reached + 1) {
    return fail(surroundings,
                fmt::format("stage {} comes first: --continue {}, once every machine has stage {}", reached + 1,
                            reached + 1, reached),
                kNothingChanged);
  }
  if (options.kind == RotationKind::kEncryptionKey && now == RotationStage::kSwitched && !options.is_encrypted_anew) {
    return fail(surroundings,
                "what the old key has encrypted can never be read without it; encrypt everything anew first, then "
                "say so with --all-is-encrypted-anew",
                kNothingChanged);
  }
  return go_on(now, rotation, options, pki, surroundings);
}

base::ExitCode begin(RotationStage now, Rotation& rotation, const RotateOptions& options, const OpenedPki& pki,
                     const Surroundings& surroundings) {
  if (now != RotationStage::kNone) {
    return tell_status(plan::report_of(options.kind, now, pki.spec), options, pki, surroundings);
  }
  if (const auto other = other_under_way(options.kind, pki); !other.empty()) {
    return fail(surroundings, other, kNothingChanged);
  }
  return go_on(now, rotation, options, pki, surroundings);
}

base::ExitCode abort(RotationStage now, Rotation& rotation, const RotateOptions& options, const OpenedPki& pki,
                     const Surroundings& surroundings) {
  if (now == RotationStage::kSwitched) {
    return fail(surroundings,
                "the new key is in use already, so there is no way back; go on with --continue 3, and "
                "rotate once more if the new key is not wanted",
                kNothingChanged);
  }
  plan::StageReport report{"back to before the first stage: the new key is gone", {}, {}, ""};
  report.files = plan::report_of(options.kind, now, pki.spec).files;
  return carry_out(rotation.keep_one(), report, options, pki, surroundings);
}

struct CommandText {
  plan::RotationKind kind;
  const char* what;
  const char* stages;
};

constexpr std::array<CommandText, 3> kTexts{{
    {plan::RotationKind::kCa, "Put a new authority in the place of the old one, in stages, without an outage",
     "Stage 1: a new authority; ca.pem and the kubeconfigs trust both.\n"
     "Stage 2: every certificate is signed anew by the new one; both are still trusted. Keys stay.\n"
     "Stage 3: the old authority is no longer trusted.\n"},
    {plan::RotationKind::kServiceAccountKey, "Change the key that signs service-account tokens, in stages",
     "Stage 1: a new key; the API servers accept tokens by both.\n"
     "Stage 2: the new key signs.\n"
     "Stage 3: tokens by the old key are no longer accepted.\n"},
    {plan::RotationKind::kEncryptionKey, "Change the key that encrypts secrets in etcd, in stages",
     "Stage 1: a new key, behind the old one; the API servers can read by both.\n"
     "Stage 2: the new key encrypts; then everything is to be encrypted anew.\n"
     "Stage 3: the old key goes.\n"},
}};

constexpr const char* kHowTo =
    "Each call does one stage and tells what to bring where and what to restart. After that, --continue 2 and then\n"
    "--continue 3 do the others: each is your word that every machine has the stage before. Without it a rotation "
    "that\n"
    "is under way is only told, as by --status. A run that is interrupted leaves one stage or the other, never "
    "something\n"
    "between; the same words once more do no stage twice.\n";

void add_actions(CLI::App& command, RotateOptions& options) {
  auto* const go_on = command
                          .add_option_function<unsigned>(
                              "--continue",
                              [&options](const unsigned& stage) {
                                options.action = RotateAction::kContinue;
                                options.stage = stage;
                              },
                              "Everything of the stage before is rolled out: do this one")
                          ->type_name("2|3")
                          ->check(CLI::IsMember({2U, 3U}));
  auto* const status = command.add_flag_callback(
      "--status", [&options] { options.action = RotateAction::kStatus; }, "Only tell the stage, and what it waits for");
  auto* const abort = command.add_flag_callback(
      "--abort", [&options] { options.action = RotateAction::kAbort; },
      "Go back to before stage 1, which is possible until stage 2");
  go_on->excludes(status)->excludes(abort);
  status->excludes(abort);
}

void add_rotation(const CommandText& text, CLI::App& app, Chosen& chosen) {
  const std::string name(plan::command_of(text.kind));
  CLI::App* const command = app.add_subcommand(name, text.what);
  const auto options = std::make_shared<RotateOptions>();
  options->kind = text.kind;
  add_folder_options(*command, options->folder);
  add_passphrase_option(*command, options->folder);
  add_actions(*command, *options);
  std::string more;
  if (text.kind == plan::RotationKind::kCa) {
    command
        ->add_option("--server", options->servers,
                     "With --continue: go on only if this server has the stage; may be given often")
        ->type_name("HOST:PORT");
    more =
        "  keepstate-pki rotate-ca --continue 2 --server 10.10.0.11:6443 --server 10.10.0.11:2379 -c cluster.yaml "
        "--out "
        "pki\n";
  }
  if (text.kind == plan::RotationKind::kEncryptionKey) {
    command->add_flag("--all-is-encrypted-anew", options->is_encrypted_anew,
                      "With --continue 3: nothing in etcd, and no backup that is still wanted, needs the old key");
  }
  command->footer(std::string(text.stages) + kHowTo + "Examples:\n  keepstate-pki " + name +
                  " -c cluster.yaml --out pki\n" + more + "  keepstate-pki " + name +
                  " --status -c cluster.yaml --out pki");
  command->callback([options, &chosen] {
    chosen.run = [options](const Surroundings& surroundings) { return rotate(*options, surroundings); };
  });
}

}  // namespace

base::ExitCode rotate(const RotateOptions& options, const Surroundings& surroundings) {
  const bool reads = options.action == RotateAction::kStatus;
  auto pki =
      open_pki(options.folder, reads ? Access::kRead : Access::kChange, plan::command_of(options.kind), surroundings);
  if (!pki) return pki.error();
  const auto rotation = rotation_of(options.kind, *pki, options.folder, surroundings);
  const auto now =
      reads ? output::read_steadily(pki->store.folder(), [&] { return rotation->read(); }) : rotation->read();
  if (!now) return fail(surroundings, now.error().message, kNothingChanged);
  if (reads) return tell_status(plan::report_of(options.kind, *now, pki->spec), options, *pki, surroundings);
  if (options.action == RotateAction::kBegin) return begin(*now, *rotation, options, *pki, surroundings);
  if (*now == RotationStage::kNone) {
    return fail(surroundings,
                fmt::format("{} is not under way: it has ended, or without --continue it begins",
                            plan::command_of(options.kind)),
                kNothingChanged);
  }
  if (options.action == RotateAction::kAbort) return abort(*now, *rotation, options, *pki, surroundings);
  return go_on_to(options.stage, *now, *rotation, options, *pki, surroundings);
}

void add_rotations(CLI::App& app, Chosen& chosen) {
  for (const auto& text : kTexts) add_rotation(text, app, chosen);
}

}  // namespace pki::command
