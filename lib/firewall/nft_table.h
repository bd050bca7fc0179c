// NftTable: a table of nftables(8) as a value: what is in it, by name, so that two of them can be compared and the
// difference said. Plain values; any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace firewall {

struct NftChain {
  std::string name;
  std::string hook;                // "type nat hook ..."; empty: rules of others jump to it
  std::vector<std::string> rules;  // in order, a line each
  std::string note{};              // for people, in front of it
};

struct NftTable {
  std::string name;  // of family inet
  std::vector<NftChain> chains{};
};

// The whole of it, as `nft -f` reads it. Loaded again, it replaces the rules of its chains in one go.
[[nodiscard]] std::string render_nft_table(const NftTable& table);

}  // namespace firewall
