#include "provisioner/cloud_init/yaml_text.h"

#include <fmt/format.h>

namespace provisioner::cloud_init {

std::string yaml_word(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      text += {'\\', c};
    } else if (code < 0x20 || code == 0x7f) {
      text += fmt::format("\\x{:02x}", code);
    } else {
      text += c;
    }
  }
  return text + '"';
}

std::string yaml_list(const std::vector<std::string>& values) {
  std::string text = "[";
  for (const std::string& value : values) text += (text.size() > 1 ? ", " : "") + yaml_word(value);
  return text + "]";
}

std::string indented(std::string_view text, unsigned spaces) {
  const std::string margin(spaces, ' ');
  std::string lines;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (!line.empty()) lines += margin;
    lines += line;
    lines += '\n';
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return lines;
}

}  // namespace provisioner::cloud_init
