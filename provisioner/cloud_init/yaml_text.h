// Values as YAML writes them. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace provisioner::cloud_init {

// In double quotes, so that no value is taken for a number, a comment or a map (YAML 1.2 s7.3.1): a "b" -> "a \"b\"".
[[nodiscard]] std::string yaml_word(std::string_view value);

// ["a", "b"]
[[nodiscard]] std::string yaml_list(const std::vector<std::string>& values);

// The lines of a literal block (s8.1.2), `spaces` to the right; what is there already stays as it is.
[[nodiscard]] std::string indented(std::string_view text, unsigned spaces);

}  // namespace provisioner::cloud_init
