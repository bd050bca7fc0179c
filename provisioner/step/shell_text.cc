#include "provisioner/step/shell_text.h"

#include <algorithm>
#include <cctype>

namespace provisioner::step {
namespace {

bool is_text(std::string_view content) {
  return std::none_of(content.begin(), content.end(),
                      [](unsigned char c) { return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f; });
}

// A word that no line of the content is.
std::string end_mark(std::string_view content) {
  std::string mark = "END";
  while (content.find(mark) != std::string_view::npos) mark += "_";
  return mark;
}

std::string here_document(std::string_view content) {
  const std::string mark = end_mark(content);
  std::string text = fmt::format(" <<'{}'\n{}", mark, content);
  if (!content.empty() && !content.ends_with('\n')) text += '\n';
  return text + mark;
}

}  // namespace

std::string shell_word(std::string_view word) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("-_./:=,@%+").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string shell_text(const Command& command) {
  std::string text;
  for (const std::string& word : command.argv) text += (text.empty() ? "" : " ") + shell_word(word);
  return command.input.empty() ? text : text + here_document(command.input);
}

std::string shell_text(const std::filesystem::path& path, const FileState& file) {
  const std::string target = shell_word(path.string());
  if (!is_text(file.content)) {
    return fmt::format("# {} bytes into {} (mode {:04o}), which are no text: `render` writes them", file.content.size(),
                       target, static_cast<unsigned>(file.mode));
  }
  return fmt::format("install -m {:04o} /dev/stdin {}{}", static_cast<unsigned>(file.mode), target,
                     here_document(file.content));
}

}  // namespace provisioner::step
