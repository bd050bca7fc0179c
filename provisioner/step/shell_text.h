// Commands and files as a person would type them into a POSIX shell: what a dry run prints can be run. Pure; any
// thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "provisioner/step/host.h"

namespace provisioner::step {

// As it is where no shell reads it otherwise, else in single quotes: a b -> 'a b', it's -> 'it'\''s'.
[[nodiscard]] std::string shell_word(std::string_view word);

// "ip link add bridge1 type bridge"; with input: a here-document below it.
[[nodiscard]] std::string shell_text(const Command& command);

// "install -m 0644 /dev/stdin /etc/x <<'END'" and the content; what is not text is told by its size alone.
[[nodiscard]] std::string shell_text(const std::filesystem::path& path, const FileState& file);

}  // namespace provisioner::step
