// ManagedBlock: lines of ours in a file that belongs to somebody else (/etc/hosts, nsd.conf), between two comment lines
// that bear our mark. All else in the file stays as it is, byte for byte, also once the block has gone again. For files
// whose comments begin with '#'. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace provisioner::step {

// The lines between the two, each with its newline; nothing: there is no block. A block without an end, or two of them,
// is an error: somebody has edited it, and nobody knows what is ours. `file` is for its words.
[[nodiscard]] base::Result<std::optional<std::string>> block_in(std::string_view text, std::string_view mark,
                                                                std::string_view file);

// With the block where it stood, else at the end. `body`: whole lines, none of which bears the mark.
[[nodiscard]] base::Result<std::string> with_block(std::string_view text, std::string_view mark, std::string_view body,
                                                   std::string_view file);
[[nodiscard]] base::Result<std::string> without_block(std::string_view text, std::string_view mark,
                                                      std::string_view file);

}  // namespace provisioner::step
