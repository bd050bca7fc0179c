// What parse_cluster says of a text, for tests that compare whole lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/cluster/cluster_file.h"

namespace cluster::testing {

// "line:column: message", a line each: the errors, or the warnings when there is no error; "" when there is neither.
inline std::string all_said(std::string_view yaml) {
  const auto loaded = parse_cluster(yaml);
  std::string text = to_text(loaded ? loaded->warnings : loaded.error(), "");
  std::string result;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin) + 1;
    const bool has_place = text[begin] == ':';
    result += text.substr(begin + (has_place ? 1 : 0), end - begin - (has_place ? 1 : 0));
    begin = end;
  }
  return result;
}

// The text of a file whose `spec:` holds these lines; the first of them is line 4, and they are indented by two.
inline std::string file_with_spec(std::string_view spec) {
  return "apiVersion: keepstate/v1\nkind: Cluster\nspec:\n" + std::string(spec);
}

// One wrong file and all that is to be said of it.
struct Mistake {
  std::string_view spec;
  std::string_view said;
};

}  // namespace cluster::testing
