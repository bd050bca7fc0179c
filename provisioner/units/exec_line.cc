#include "provisioner/units/exec_line.h"

#include <fmt/format.h>

#include <algorithm>

#include "provisioner/step/systemd_text.h"

namespace provisioner::units {
namespace {

std::string_view name_of(std::string_view word) {
  return word.substr(0, word.find('='));
}

}  // namespace

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
  std::string text = "ExecStart=" + step::systemd_word(program_);
  for (const std::string& word : words_) text += " \\\n  " + step::systemd_word(word);
  return text;
}

}  // namespace provisioner::units
