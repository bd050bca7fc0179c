#include "lib/cluster/map_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "lib/cluster/spelling.h"

namespace cluster {
namespace {

using Kind = YamlNode::Kind;

// What stands there, what should, and how that is written.
std::string wrong_kind(std::string_view name, Kind found, Kind wanted) {
  if (found == Kind::kNothing) return fmt::format("{}: has no value; write one or remove the key", name);
  const std::string_view is = found == Kind::kText ? "one value" : found == Kind::kList ? "a list" : "a map";
  if (wanted == Kind::kList) return fmt::format("{}: is {}, not a list; begin each entry with '- '", name, is);
  if (wanted == Kind::kMap) return fmt::format("{}: is {}, not a map; write 'key: value' pairs", name, is);
  return fmt::format("{}: is {}, not one value; write {}: VALUE", name, is, name);
}

std::string name_of(const std::string& path) {
  return path.empty() ? "the top of the file" : path;
}

}  // namespace

void MapReader::read_top(const YamlNode& top, Findings& findings, const Body& body) {
  read_below(top, "", findings, body);
}

bool MapReader::read_map(std::string_view key, const Body& body) {
  const YamlNode* value = find(key, Kind::kMap);
  if (value == nullptr) return false;
  read_below(*value, path_of(key), findings_, body);
  return true;
}

void MapReader::require_map(std::string_view key, const Body& body, std::string_view example) {
  read_map(key, body);
  if (find(key) == nullptr) lacking_.emplace_back(key, example);
}

bool MapReader::read_list(std::string_view key, const Body& body) {
  const YamlNode* value = find(key, Kind::kList);
  if (value == nullptr) return false;
  for (std::size_t i = 0; i < value->items.size(); ++i) {
    read_below(value->items[i], fmt::format("{}[{}]", path_of(key), i), findings_, body);
  }
  return true;
}

void MapReader::read_below(const YamlNode& node, const std::string& path, Findings& findings, const Body& body) {
  findings.place(path, node.position);
  if (node.kind != Kind::kMap) {
    if (node.kind != Kind::kRefused) findings.error(path, wrong_kind(name_of(path), node.kind, Kind::kMap));
    findings.refuse(path);
    const YamlNode nothing{Kind::kMap, node.position, {}, {}, {}};
    MapReader reader(nothing, path, findings);
    return body(reader);  // so that lists keep their indices; what it lacks is not reported
  }
  MapReader reader(node, path, findings);
  body(reader);
  reader.finish();
}

void MapReader::finish() {
  std::vector<std::string_view> guesses;
  for (const YamlEntry& entry : map_.entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) == known_.end()) report_unknown(entry, guesses);
  }
  for (const auto& [key, example] : lacking_) {
    // Whoever wrote 'adress' does not need to hear that 'address' is missing.
    if (std::find(guesses.begin(), guesses.end(), key) == guesses.end()) lacks(key, example);
  }
}

void MapReader::report_unknown(const YamlEntry& entry, std::vector<std::string_view>& guesses) {
  std::string message = fmt::format("unknown key '{}'", entry.key);
  if (const auto guess = nearest(entry.key, known_)) {
    guesses.push_back(*guess);
    if (find(*guess) == nullptr) findings_.refuse(path_of(*guess));
    message += fmt::format(" (did you mean '{}'?)", *guess);
  } else {
    message += fmt::format(" in {}; the keys here are {}", name_of(path_), fmt::join(known_, ", "));
  }
  findings_.error_at(entry.key_position, std::move(message));
}

const YamlEntry* MapReader::find(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.push_back(key);
  const auto found = std::find_if(map_.entries.begin(), map_.entries.end(),
                                  [key](const YamlEntry& entry) { return entry.key == key; });
  return found == map_.entries.end() ? nullptr : &*found;
}

const YamlNode* MapReader::find(std::string_view key, Kind kind) {
  const YamlEntry* entry = find(key);
  if (entry == nullptr) return nullptr;
  const YamlNode& value = entry->value;
  findings_.place(path_of(key), value.position);
  if (value.kind == kind) return &value;
  if (value.kind != Kind::kRefused) findings_.error(path_of(key), wrong_kind(key, value.kind, kind));
  findings_.refuse(path_of(key));
  return nullptr;
}

const YamlNode* MapReader::text_at(std::string_view key, std::size_t i, const YamlNode& entry) {
  const std::string path = fmt::format("{}[{}]", path_of(key), i);
  findings_.place(path, entry.position);
  if (entry.kind == Kind::kText) return &entry;
  if (entry.kind != Kind::kRefused)
    findings_.error(path, wrong_kind(fmt::format("{}[{}]", key, i), entry.kind, Kind::kText));
  findings_.refuse(path);
  return nullptr;
}

void MapReader::refuse_at(std::string_view key, std::size_t i, std::string_view message) {
  const std::string path = fmt::format("{}[{}]", path_of(key), i);
  findings_.error(path, fmt::format("{}[{}]: {}", key, i, message));
  findings_.refuse(path);
}

void MapReader::refuse(std::string_view key, std::string message) {
  findings_.error(path_of(key), std::move(message));
  findings_.refuse(path_of(key));
}

void MapReader::lacks(std::string_view key, std::string_view example) {
  findings_.error_at(map_.position, fmt::format("{} has no '{}'; add {}: {}", name_of(path_), key, key, example));
  findings_.refuse(path_of(key));
}

std::string MapReader::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

}  // namespace cluster
