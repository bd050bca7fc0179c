// Words as systemd's units have them. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace provisioner::step {

// One word of a command line, as it is where systemd takes it so, else in double quotes (systemd.service(5), "Command
// lines"; `%` is a specifier there, `$` a variable). No line breaks: the word must not have any.
[[nodiscard]] std::string systemd_word(std::string_view word);
[[nodiscard]] std::string systemd_command(const std::vector<std::string>& words);

}  // namespace provisioner::step
