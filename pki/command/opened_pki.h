// OpenedPki: the PKI that a command works at: what there should be, what there is, and, for who changes it, the lock.
// One thread.
#pragma once

#include <optional>
#include <string_view>
#include <tl/expected.hpp>

#include "lib/base/folder_lock.h"
#include "pki/command/command_line.h"
#include "pki/command/surroundings.h"
#include "pki/output/contents.h"
#include "pki/output/store.h"
#include "pki/plan/pki_spec.h"
#include "pki/plan/problem.h"

namespace pki::command {

// kMake: it will change files, and the folder is made where it is missing.
enum class Access { kRead, kChange, kMake };

struct OpenedPki {
  plan::PkiSpec spec;
  output::Store store;
  std::optional<base::FolderLock> lock;
  output::Contents contents;
};

// What a cluster.yaml asks for. On failure the reason has been told, and this is the program's exit code; that holds
// for all below.
[[nodiscard]] tl::expected<plan::PkiSpec, base::ExitCode> load_spec(const std::filesystem::path& config,
                                                                    const Surroundings& surroundings);

// Reads cluster.yaml and the folder; an interrupted run's work is finished first. `command` is what others are told
// while this one holds the lock: "renew".
[[nodiscard]] tl::expected<OpenedPki, base::ExitCode> open_pki(const FolderOptions& options, Access access,
                                                               std::string_view command,
                                                               const Surroundings& surroundings);

// The same for a cluster.yaml that was read already.
[[nodiscard]] tl::expected<OpenedPki, base::ExitCode> open_pki(plan::PkiSpec spec, const FolderOptions& options,
                                                               Access access, std::string_view command,
                                                               const Surroundings& surroundings);

// Puts the authority's key among the keys where it is under a passphrase, which is read or asked for. A missing one is
// an error too.
[[nodiscard]] base::Result<void> open_authority(OpenedPki& pki, const FolderOptions& options,
                                                const Surroundings& surroundings);

inline constexpr std::string_view kNothingChanged = "nothing was changed";

// Tells an error and, where `and_then` is given, what follows from it. Always kExitFailed.
base::ExitCode fail(const Surroundings& surroundings, std::string_view message, std::string_view and_then = {});
// Tells each problem with its file, and that nothing was changed. Always kExitFailed.
base::ExitCode refuse(const plan::Problems& problems, const OpenedPki& pki, const Surroundings& surroundings);

}  // namespace pki::command
