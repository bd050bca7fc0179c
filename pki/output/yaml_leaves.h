// YamlLeaf: one value of a YAML document and the path to it. Pure; any thread.
//
// This reads the plain block form in which we, kubectl and Kubernetes' own documents write kubeconfigs and encryption
// configurations, and refuses every other. Values are views of the text, so that a key is never copied into memory that
// nobody wipes; that, and its size, is why it does not go through lib/cluster/yaml_node.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"

namespace pki::output {

struct YamlLeaf {
  std::string path;        // "/clusters/0/cluster/server"
  std::string_view value;  // without quotes; "{}" and "[]" for what is written so; empty where nothing stands
  int line = 0;            // from 1 on
};

// In the order of the text. Errors begin with "line N: " and show no value.
[[nodiscard]] base::Result<std::vector<YamlLeaf>> read_yaml_leaves(std::string_view text);

// The leaf of exactly this path; null: there is none.
[[nodiscard]] const YamlLeaf* find_leaf(const std::vector<YamlLeaf>& leaves, std::string_view path);

// A text as YAML writes it: plain where it can only be taken for text, else in double quotes.
[[nodiscard]] std::string yaml_text(std::string_view text);

}  // namespace pki::output
