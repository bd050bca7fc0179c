#include "provisioner/units/exec_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace provisioner::units {
namespace {

bool is_plain(unsigned char c) {
  return std::isalnum(c) != 0 || std::string_view("-_./:=,@+[]").find(static_cast<char>(c)) != std::string_view::npos;
}

std::string_view name_of(std::string_view word) {
  return word.substr(0, word.find('='));
}

}  // namespace

std::string exec_word(std::string_view word) {
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return std::string(word);
  std::string quoted = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '%' || c == '$') quoted += c;  // doubled
    quoted += c;
  }
  return quoted + '"';
}

ExecLine::ExecLine(std::string program, const Flags& flags) : program_(std::move(program)) {
  for (const auto& [name, value] : flags) words_.push_back(fmt::format("--{}={}", name, value));
}

void ExecLine::extend(const std::vector<std::string>& extra) {
  for (const std::string& word : extra) {
    std::erase_if(words_, [&](const std::string& ours) { return name_of(ours) == name_of(word); });
  }
  words_.insert(words_.end(), extra.begin(), extra.end());
}

std::string ExecLine::text() const {
  std::string text = "ExecStart=" + exec_word(program_);
  for (const std::string& word : words_) text += " \\\n  " + exec_word(word);
  return text;
}

}  // namespace provisioner::units
