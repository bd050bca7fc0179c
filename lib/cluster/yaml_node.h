// YamlNode: one value of a YAML document, with the place where it stands. parse_yaml is the only door to yaml-cpp, and
// lets nothing in that could hurt: no anchors (so no alias bombs), no deep nesting, no endless text. Plain values that
// own what is below them; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/cluster/diagnostic.h"

namespace cluster {

struct YamlEntry;

struct YamlNode {
  enum class Kind {
    kNothing,  // "key:" without a value, or null
    kText,
    kList,
    kMap,
    kRefused,  // an error has been reported already: say no more
  };

  Kind kind = Kind::kNothing;
  Position position;
  std::string text;                // of kText, unquoted
  std::vector<YamlNode> items;     // of kList
  std::vector<YamlEntry> entries;  // of kMap, in the order of the file; a key that comes twice is held once
};

struct YamlEntry {
  std::string key;
  Position key_position;
  YamlNode value;
};

// Larger documents and values, and deeper nesting, are errors. A thousand machines take about 100 KiB.
inline constexpr std::size_t kLargestDocument = 256U << 10;
inline constexpr std::size_t kLongestText = 4096;
inline constexpr int kDeepestNesting = 32;

// The document's top value, or nothing when the text is not YAML or is too large or too deep. Adds what is wrong to
// `diagnostics`: also keys that come twice, anchors, aliases and tags, with which the document is read to its end.
[[nodiscard]] std::optional<YamlNode> parse_yaml(std::string_view text, Diagnostics& diagnostics);

}  // namespace cluster
