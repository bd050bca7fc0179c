#include "lib/firewall/nft_table.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>
#include <utility>

namespace firewall {
namespace {

using Out = std::back_insert_iterator<std::string>;

void render_note(std::string_view note, Out out) {
  while (!note.empty()) {
    const std::string_view line = note.substr(0, note.find('\n'));
    fmt::format_to(out, "  # {}\n", line);
    note.remove_prefix(line.size() == note.size() ? line.size() : line.size() + 1);
  }
}

}  // namespace

// A chain that is declared again keeps its rules, so they are flushed in between.
std::string render_nft_table(const NftTable& table) {
  std::string text = fmt::format("table inet {} {{\n", table.name);
  const Out out(text);
  for (const NftChain& chain : table.chains) {
    fmt::format_to(out, "  chain {} {{{}}}\n", chain.name, chain.hook.empty() ? " " : fmt::format(" {}; ", chain.hook));
  }
  text += "}\n";
  for (const NftChain& chain : table.chains) fmt::format_to(out, "flush chain inet {} {}\n", table.name, chain.name);
  fmt::format_to(out, "\ntable inet {} {{\n", table.name);
  bool is_first = true;
  for (const NftChain& chain : table.chains) {
    if (!std::exchange(is_first, false)) text += '\n';
    render_note(chain.note, out);
    fmt::format_to(out, "  chain {} {{\n", chain.name);
    for (const std::string& rule : chain.rules) fmt::format_to(out, "    {}\n", rule);
    text += "  }\n";
  }
  return text + "}\n";
}

}  // namespace firewall
