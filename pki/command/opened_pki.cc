#include "pki/command/opened_pki.h"

#include <fmt/format.h>
#include <unistd.h>

#include <ostream>

#include "lib/cluster/cluster_file.h"
#include "pki/output/folder_version.h"
#include "pki/output/passphrase.h"
#include "pki/output/transaction.h"

namespace pki::command {
namespace {

// Before this program was written: a machine without a battery begins in 1970, and its certificates would have ended
// before they were made.
constexpr std::chrono::sys_seconds kEarliest = std::chrono::sys_days(std::chrono::year{2025} / 1 / 1);

base::Result<void> check_folder(const output::Store& store, Access access, const Surroundings& surroundings) {
  if (access == Access::kMake) return store.make_folder(surroundings.files);
  std::error_code ignored;
  if (access == Access::kRead || std::filesystem::exists(store.folder(), ignored)) return {};
  return base::fail("there is no folder {}; run init, which makes it and all that belongs into it",
                    store.folder().string());
}

// Readers wait so long for a run that is placing its files; writers are told at once who is at work.
constexpr std::chrono::seconds kReadersPatience{5};

// Finishes what an interrupted run has decided.
base::Result<base::FolderLock> lock_and_finish(const output::Store& store, std::string_view command,
                                               std::chrono::milliseconds patience, const Surroundings& surroundings) {
  auto lock = base::FolderLock::take(store.folder(), fmt::format("process {} (keepstate-pki {})", ::getpid(), command),
                                     patience);
  if (!lock) return lock;
  if (auto done = output::finish_transaction(surroundings.files, store.folder()); !done) {
    return base::fail("cannot finish what an interrupted run has begun: {}", done.error().message);
  }
  return lock;
}

struct Read {
  std::optional<base::FolderLock> lock;  // of those who change something
  output::Contents contents;
};

// Who only reads takes the lock where somebody else's work has to be finished, and for no longer.
base::Result<Read> read_only(const output::Store& store, const plan::PkiSpec& spec, std::string_view command,
                             const Surroundings& surroundings) {
  if (output::has_committed_transaction(store.folder())) {
    const auto lock = lock_and_finish(store, command, kReadersPatience, surroundings);
    if (!lock) return base::Failure(lock.error());
  }
  auto contents = output::read_steadily(store.folder(), [&] { return store.read(spec); });
  if (!contents) return base::Failure(contents.error());
  return Read{std::nullopt, std::move(*contents)};
}

base::Result<Read> read_for_change(const output::Store& store, const plan::PkiSpec& spec, std::string_view command,
                                   const Surroundings& surroundings) {
  auto lock = lock_and_finish(store, command, {}, surroundings);
  if (!lock) return base::Failure(lock.error());
  auto contents = store.read(spec);
  if (!contents) return base::Failure(contents.error());
  return Read{std::move(*lock), std::move(*contents)};
}

}  // namespace

base::ExitCode fail(const Surroundings& surroundings, std::string_view message, std::string_view and_then) {
  surroundings.streams.err << fmt::format("keepstate-pki: {}\n", message);
  if (!and_then.empty()) surroundings.streams.err << fmt::format("keepstate-pki: {}\n", and_then);
  return base::kExitFailed;
}

base::ExitCode refuse(const plan::Problems& problems, const OpenedPki& pki, const Surroundings& surroundings) {
  for (const auto& problem : problems) {
    const std::filesystem::path file = pki.store.folder() / problem.file;
    surroundings.streams.err << fmt::format("keepstate-pki: {}: {}\n", file.string(), problem.message);
  }
  surroundings.streams.err << fmt::format("keepstate-pki: {}\n", kNothingChanged);
  return base::kExitFailed;
}

tl::expected<plan::PkiSpec, base::ExitCode> load_spec(const std::filesystem::path& config,
                                                      const Surroundings& surroundings) {
  std::ostream& err = surroundings.streams.err;
  const auto loaded = cluster::load_cluster(config);
  err << cluster::to_text(loaded ? loaded->warnings : loaded.error(), config.string());
  if (!loaded) return tl::unexpected(base::kExitUsage);
  auto spec = plan::spec_for(loaded->cluster);
  if (spec) return std::move(*spec);
  for (const auto& missing : spec.error()) err << fmt::format("{}: {}\n", config.string(), missing.message);
  return tl::unexpected(base::kExitUsage);
}

tl::expected<OpenedPki, base::ExitCode> open_pki(const FolderOptions& options, Access access, std::string_view command,
                                                 const Surroundings& surroundings) {
  auto spec = load_spec(options.config, surroundings);
  if (!spec) return tl::unexpected(spec.error());
  return open_pki(std::move(*spec), options, access, command, surroundings);
}

tl::expected<OpenedPki, base::ExitCode> open_pki(plan::PkiSpec spec, const FolderOptions& options, Access access,
                                                 std::string_view command, const Surroundings& surroundings) {
  const auto give_up = [&](const base::Error& error) {
    const std::string_view and_then = access == Access::kRead ? std::string_view() : kNothingChanged;
    return tl::unexpected(fail(surroundings, error.message, and_then));
  };
  if (surroundings.now < kEarliest) {
    return give_up(
        {"this machine's clock is years behind, so certificates would have ended before anybody sees them; "
         "set the clock"});
  }
  output::Store store(options.folder);
  if (const auto checked = check_folder(store, access, surroundings); !checked) return give_up(checked.error());
  auto read = access == Access::kRead ? read_only(store, spec, command, surroundings)
                                      : read_for_change(store, spec, command, surroundings);
  if (!read) return give_up(read.error());
  for (const auto& warning : store.warnings(spec)) {
    surroundings.streams.err << fmt::format("keepstate-pki: warning: {}\n", warning);
  }
  return OpenedPki{std::move(spec), std::move(store), std::move(read->lock), std::move(read->contents)};
}

base::Result<void> open_authority(OpenedPki& pki, const FolderOptions& options, const Surroundings& surroundings) {
  if (!pki.contents.locked_authority_key) {
    if (pki.contents.keys.contains(std::string(plan::kAuthority))) return {};
    return base::fail("{} is missing, and nothing can be signed without it; put it back from where you keep it",
                      (pki.store.folder() / "ca-key.pem").string());
  }
  if (options.passphrase_file.empty() && !surroundings.prompt) {
    return base::fail("ca-key.pem has a passphrase; give it by --ca-passphrase-file FILE");
  }
  const auto passphrase = options.passphrase_file.empty() ? surroundings.prompt("Passphrase of ca-key.pem:")
                                                          : output::read_passphrase_file(options.passphrase_file);
  if (!passphrase) return base::Failure(passphrase.error());
  return output::unlock_authority(pki.contents, passphrase->view());
}

}  // namespace pki::command
