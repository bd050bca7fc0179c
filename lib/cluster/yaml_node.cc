#include "lib/cluster/yaml_node.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <map>
#include <sstream>
#include <utility>

namespace cluster {
namespace {

Position position_of(const YAML::Mark& mark) {
  return {mark.line + 1, mark.column + 1};
}

// Whether a text that begins with a quote has the quote that ends it (YAML 1.2 sections 7.3.1 and 7.3.2).
bool is_closed(std::string_view quoted) {
  const char quote = quoted.front();
  for (std::size_t i = 1; i < quoted.size(); ++i) {
    const bool escapes = quote == '"' ? quoted[i] == '\\' : quoted.substr(i, 2) == "''";
    if (!escapes && quoted[i] == quote) return true;
    if (escapes) ++i;
  }
  return false;
}

// Builds the tree from yaml-cpp's events, so that no alias is ever expanded and every place is exact.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, Diagnostics& diagnostics) : text_(text), diagnostics_(diagnostics) {
    for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
      lines_.push_back(at + 1);
    }
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root_) {
      throw YAML::ParserException(mark, "a second document begins here; a cluster.yaml holds one");
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(checked({YamlNode::Kind::kNothing, position_of(mark), {}, {}, {}}, {}, anchor));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    report(position_of(mark), "aliases are not read here; write the value out");
    add({YamlNode::Kind::kRefused, position_of(mark), {}, {}, {}});
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    // yaml-cpp 0.7 takes the end of the file for the quote that is missing.
    const std::string_view source = source_at(mark);
    if (!source.empty() && (source.front() == '"' || source.front() == '\'') && !is_closed(source)) {
      throw YAML::ParserException(mark, YAML::ErrorMsg::EOF_IN_SCALAR);
    }
    YamlNode node{YamlNode::Kind::kText, position_of(mark), value, {}, {}};
    if (value.size() > kLongestText) {
      report(node.position, fmt::format("this text is longer than {} bytes; no value here is", kLongestText));
      node = {YamlNode::Kind::kRefused, position_of(mark), {}, {}, {}};
    }
    add(checked(std::move(node), tag, anchor));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::kList, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

  std::optional<YamlNode> take_root() { return std::move(root_); }
  // Where the innermost list or map begins that is still open.
  [[nodiscard]] std::optional<Position> innermost() const {
    return levels_.empty() ? std::nullopt : std::optional(levels_.back().node.position);
  }

 private:
  // A list or map that is still open.
  struct Level {
    YamlNode node;
    std::optional<YamlEntry> pending;        // the key that waits for its value
    std::map<std::string, Position> keys{};  // of a map: where each key stood first
  };

  // The text from the mark on.
  [[nodiscard]] std::string_view source_at(const YAML::Mark& mark) const {
    const auto line = static_cast<std::size_t>(mark.line);
    const std::size_t offset =
        (line < lines_.size() ? lines_[line] : text_.size()) + static_cast<std::size_t>(mark.column);
    return text_.substr(std::min(offset, text_.size()));
  }

  void report(Position at, std::string message) { diagnostics_.push_back({at.line, at.column, std::move(message)}); }

  YamlNode checked(YamlNode node, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) {
      report(node.position, "anchors are not read here; remove it, and write the value out where it is used");
    }
    if (!tag.empty() && tag != "?" && tag != "!") report(node.position, "tags are not read here; remove it");
    return node;
  }

  void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (levels_.size() == kDeepestNesting) {
      throw YAML::ParserException(mark, fmt::format("nested deeper than {} levels", kDeepestNesting));
    }
    levels_.push_back({checked({kind, position_of(mark), {}, {}, {}}, tag, anchor), std::nullopt});
  }

  void close() {
    YamlNode node = std::move(levels_.back().node);
    levels_.pop_back();
    add(std::move(node));
  }

  void add(YamlNode node) {
    if (levels_.empty()) {
      root_ = std::move(node);
    } else if (Level& level = levels_.back(); level.node.kind == YamlNode::Kind::kList) {
      level.node.items.push_back(std::move(node));
    } else if (!level.pending) {
      add_key(level, std::move(node));
    } else {
      add_value(level, std::move(node));
    }
  }

  void add_key(Level& level, YamlNode node) {
    if (node.kind == YamlNode::Kind::kNothing || node.kind == YamlNode::Kind::kList ||
        node.kind == YamlNode::Kind::kMap) {
      report(node.position, "a key must be plain text; write it as name: value");
    }
    level.pending = YamlEntry{std::move(node.text), node.position, {}};
    if (node.kind != YamlNode::Kind::kText) level.pending->value.kind = YamlNode::Kind::kRefused;
  }

  void add_value(Level& level, YamlNode node) {
    YamlEntry entry = std::move(*level.pending);
    level.pending.reset();
    if (entry.value.kind == YamlNode::Kind::kRefused) return;
    const auto [first, is_new] = level.keys.try_emplace(entry.key, entry.key_position);
    if (!is_new) {
      return report(entry.key_position, fmt::format("key '{}' comes twice, first in line {}; remove one of them",
                                                    entry.key, first->second.line));
    }
    // yaml-cpp places a value that is missing at the next token, which may be lines away.
    if (node.kind == YamlNode::Kind::kNothing) node.position = entry.key_position;
    entry.value = std::move(node);
    level.node.entries.push_back(std::move(entry));
  }

  std::string_view text_;
  std::vector<std::size_t> lines_{0};  // where each begins
  Diagnostics& diagnostics_;
  std::vector<Level> levels_;
  std::optional<YamlNode> root_;
};

Position position_at(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return {static_cast<int>(line), static_cast<int>(offset - line_start) + 1};
}

// yaml-cpp takes byte 4 for the end of the file, and YAML 1.2 section 5.1 allows no control character but these.
std::optional<Diagnostic> not_text(std::string_view text) {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    return Diagnostic{1, 1, "the file is UTF-16; save it as UTF-8"};
  }
  const auto found = std::find_if(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
  });
  if (found == text.end()) return std::nullopt;
  const Position at = position_at(text, static_cast<std::size_t>(found - text.begin()));
  return Diagnostic{at.line, at.column,
                    fmt::format("byte 0x{:02x} is not text; save the file as UTF-8 without control characters",
                                static_cast<unsigned char>(*found))};
}

// Our words for the mistakes that people make most; yaml-cpp's for the others.
std::string_view in_our_words(std::string_view mistake) {
  namespace Theirs = YAML::ErrorMsg;
  const std::array<std::pair<std::string_view, std::string_view>, 7> known{{
      {Theirs::END_OF_MAP_FLOW, "this '{' is never closed; add a '}'"},
      {Theirs::END_OF_SEQ_FLOW, "this '[' is never closed; add a ']'"},
      {Theirs::FLOW_END, "this bracket closes nothing; remove it"},
      {Theirs::EOF_IN_SCALAR, "the file ends inside a quoted text; close the quote"},
      {Theirs::MAP_VALUE,
       "no ':' can stand here; is the line indented like its neighbours, by spaces, and is a text with ': ' in "
       "quotes?"},
      {Theirs::UNKNOWN_TOKEN, "no text can begin with this character; put it in quotes"},
      {Theirs::TAB_IN_INDENTATION, "tabs cannot indent; use spaces"},
  }};
  const auto found = std::find_if(known.begin(), known.end(), [&](const auto& pair) { return pair.first == mistake; });
  return found == known.end() ? mistake : found->second;
}

Diagnostic syntax_mistake(const YAML::Exception& error, const std::optional<Position>& innermost) {
  const bool is_unclosed = error.msg == YAML::ErrorMsg::END_OF_MAP_FLOW || error.msg == YAML::ErrorMsg::END_OF_SEQ_FLOW;
  Position at = error.mark.is_null() ? Position{1, 1} : position_of(error.mark);
  if (is_unclosed && innermost) at = *innermost;
  return {at.line, at.column, fmt::format("this is not YAML: {} (nothing else was checked)", in_our_words(error.msg))};
}

}  // namespace

std::optional<YamlNode> parse_yaml(std::string_view text, Diagnostics& diagnostics) {
  if (text.size() > kLargestDocument) {
    diagnostics.push_back(
        {1, 1, fmt::format("the file is larger than {} bytes; is it a cluster.yaml?", kLargestDocument)});
    return std::nullopt;
  }
  if (auto refused = not_text(text)) {
    diagnostics.push_back(std::move(*refused));
    return std::nullopt;
  }
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // the byte order mark, which is no column
  TreeBuilder builder(text, diagnostics);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    diagnostics.push_back(syntax_mistake(error, builder.innermost()));
    return std::nullopt;
  } catch (const std::exception& error) {
    diagnostics.push_back({1, 1, fmt::format("the file cannot be read as YAML: {}", error.what())});
    return std::nullopt;
  }
  auto root = builder.take_root();
  if (!root) diagnostics.push_back({1, 1, "the file is empty; see configs/cluster.yaml for an example"});
  return root;
}

}  // namespace cluster
