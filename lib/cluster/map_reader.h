// MapReader: reads one YAML map key by key into typed values. It remembers which keys were asked for, so that a new key
// of cluster.yaml is one line where it is read, and whatever was not asked for is reported as unknown. Mistakes go to
// the Findings; a value that cannot be read leaves its target, which holds the default, as it is. One thread; keeps
// references to the map and the findings.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/cluster/findings.h"
#include "lib/cluster/yaml_node.h"

namespace cluster {

class MapReader {
 public:
  using Body = std::function<void(MapReader&)>;

  // Reads the file's top value by `body` and finishes.
  static void read_top(const YamlNode& top, Findings& findings, const Body& body);

  // `parse` makes a Result<T> of the value's text (lib/cluster/scalar.h). A key that is missing changes nothing.
  template <class T, class Parse>
  void read(std::string_view key, T& target, const Parse& parse);
  // The same; a key that is missing is an error, which shows `example`.
  template <class T, class Parse>
  void require(std::string_view key, T& target, const Parse& parse, std::string_view example);

  // Appends each value of the list under `key`; one that cannot be read is left out.
  template <class T, class Parse>
  void read_values(std::string_view key, std::vector<T>& target, const Parse& parse);

  // The map under `key`; false when there is none.
  bool read_map(std::string_view key, const Body& body);
  void require_map(std::string_view key, const Body& body, std::string_view example);
  // Each map of the list under `key`, in order; false when there is no list.
  bool read_list(std::string_view key, const Body& body);

  // Whether the file holds the key, readable or not.
  [[nodiscard]] bool has(std::string_view key) { return find(key) != nullptr; }

 private:
  MapReader(const YamlNode& map, std::string path, Findings& findings)
      : map_(map), path_(std::move(path)), findings_(findings) {}

  static void read_below(const YamlNode& node, const std::string& path, Findings& findings, const Body& body);
  // Reports the keys that nobody asked for and those that are missing.
  void finish();
  void report_unknown(const YamlEntry& entry, std::vector<std::string_view>& guesses);

  const YamlEntry* find(std::string_view key);
  // The value under `key` if it is of this kind; another kind is reported.
  const YamlNode* find(std::string_view key, YamlNode::Kind kind);
  // The text of the list's entry if it is one value; another kind is reported.
  const YamlNode* text_at(std::string_view key, std::size_t i, const YamlNode& entry);
  void refuse(std::string_view key, std::string message);
  void refuse_at(std::string_view key, std::size_t i, std::string_view message);
  void lacks(std::string_view key, std::string_view example);
  [[nodiscard]] std::string path_of(std::string_view key) const;

  const YamlNode& map_;
  std::string path_;
  Findings& findings_;
  std::vector<std::string_view> known_;
  std::vector<std::pair<std::string_view, std::string_view>> lacking_;  // a key and an example of it
};

template <class T, class Parse>
void MapReader::read(std::string_view key, T& target, const Parse& parse) {
  const YamlNode* value = find(key, YamlNode::Kind::kText);
  if (value == nullptr) return;
  auto parsed = parse(std::string_view(value->text));
  if (parsed) {
    target = *std::move(parsed);
  } else {
    refuse(key, std::string(key) + ": " + parsed.error().message);
  }
}

template <class T, class Parse>
void MapReader::require(std::string_view key, T& target, const Parse& parse, std::string_view example) {
  read(key, target, parse);
  if (find(key) == nullptr) lacking_.emplace_back(key, example);
}

template <class T, class Parse>
void MapReader::read_values(std::string_view key, std::vector<T>& target, const Parse& parse) {
  const YamlNode* list = find(key, YamlNode::Kind::kList);
  if (list == nullptr) return;
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const YamlNode* value = text_at(key, i, list->items[i]);
    if (value == nullptr) continue;
    auto parsed = parse(std::string_view(value->text));
    parsed ? target.push_back(*std::move(parsed)) : refuse_at(key, i, parsed.error().message);
  }
}

}  // namespace cluster
