#include "pki/output/yaml_leaves.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>

namespace pki::output {
namespace {

constexpr std::string_view kPlainForm =
    "write it in YAML's block form: one key a line, indented by spaces, without anchors, braces and escapes";

// A map or a list that is still open: what stands further right on the following lines belongs to it.
struct Level {
  std::size_t column = 0;
  bool is_list = false;
  std::string path;
  std::string pending;  // the key or the index that waits for its value; empty: none does
  int pending_line = 0;
  std::size_t items = 0;  // of a list
};

bool is_key(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

std::string_view without_comment(std::string_view text) {
  const std::size_t at = text.find(" #");
  return trimmed(at == std::string_view::npos ? text : text.substr(0, at));
}

class LeafReader {
 public:
  base::Result<void> read_line(std::string_view line, int number) {
    number_ = number;
    std::size_t column = line.find_first_not_of(' ');
    std::string_view content = trimmed(line);
    if (content.empty() || content.front() == '#' || (content == "---" && column == 0)) return {};
    if (line[column] == '\t') return fail("a tab cannot indent");
    while (content == "-" || content.starts_with("- ")) {
      if (auto opened = open_item(column); !opened) return opened;
      const std::string_view rest = trimmed(content.substr(1));
      if (rest.empty()) return fail("nothing follows the dash");
      column += static_cast<std::size_t>(rest.data() - content.data());
      content = rest;
    }
    return take(column, content);
  }

  std::vector<YamlLeaf> finish() {
    while (!levels_.empty()) pop();
    return std::move(leaves_);
  }

 private:
  [[nodiscard]] base::Failure fail(std::string_view why) const {
    return base::fail("line {}: {}; {}", number_, why, kPlainForm);
  }

  // A key that got no value at all is a leaf too.
  void flush(Level& level) {
    if (!level.pending.empty()) leaves_.push_back({level.path + "/" + level.pending, {}, level.pending_line});
    level.pending.clear();
  }
  void pop() {
    flush(levels_.back());
    levels_.pop_back();
  }

  // The path of what opens now inside the innermost level.
  base::Result<std::string> child_path() {
    if (levels_.empty())
      return leaves_.empty() ? base::Result<std::string>("") : fail("it is indented less than all above");
    Level& level = levels_.back();
    if (level.pending.empty()) return fail("it is indented more than the line above it");
    std::string path = level.path + "/" + level.pending;
    level.pending.clear();
    return path;
  }

  base::Result<void> open_item(std::size_t column) {
    while (!levels_.empty() && levels_.back().column > column) pop();
    if (levels_.empty() || !levels_.back().is_list || levels_.back().column != column) {
      auto path = child_path();
      if (!path) return base::Failure(path.error());
      levels_.push_back({column, true, std::move(*path), {}, 0, 0});
    }
    levels_.back().pending = std::to_string(levels_.back().items++);
    return {};
  }

  base::Result<void> open_map(std::size_t column) {
    const auto is_done = [&](const Level& level) {
      return level.column > column || (level.is_list && level.column == column);
    };
    while (!levels_.empty() && is_done(levels_.back())) pop();
    if (!levels_.empty() && levels_.back().column == column) {
      flush(levels_.back());
      return {};
    }
    auto path = child_path();
    if (!path) return base::Failure(path.error());
    levels_.push_back({column, false, std::move(*path), {}, 0, 0});
    return {};
  }

  // "key: value", "key:", or the bare value of a list's item.
  base::Result<void> take(std::size_t column, std::string_view content) {
    std::size_t colon = content.find(": ");
    if (colon == std::string_view::npos && content.ends_with(':')) colon = content.size() - 1;
    if (colon == std::string_view::npos || !is_key(content.substr(0, colon))) return take_item(content);
    if (auto opened = open_map(column); !opened) return opened;
    Level& map = levels_.back();
    const std::string key(content.substr(0, colon));
    if (!seen_.insert(map.path + "/" + key).second) return fail("the key '" + key + "' comes twice");
    const std::string_view value = trimmed(content.substr(colon + 1));
    map.pending = key;
    map.pending_line = number_;
    return value.empty() || value.front() == '#' ? base::Result<void>() : emit(value);
  }

  base::Result<void> take_item(std::string_view content) {
    if (levels_.empty() || !levels_.back().is_list || levels_.back().pending.empty()) {
      return fail("it is no 'key: value'");
    }
    return emit(content);
  }

  base::Result<void> emit(std::string_view written) {
    auto value = value_of(written);
    if (!value) return base::Failure(value.error());
    auto path = child_path();
    if (!path) return base::Failure(path.error());
    leaves_.push_back({std::move(*path), *value, number_});
    return {};
  }

  [[nodiscard]] base::Result<std::string_view> value_of(std::string_view written) const {
    const char first = written.front();
    if (first == '"' || first == '\'') {
      const std::size_t end = written.find(first, 1);
      if (end == std::string_view::npos) return fail("its quote is not closed on the line");
      const std::string_view inner = written.substr(1, end - 1);
      const bool escapes = first == '"' && inner.find('\\') != std::string_view::npos;
      if (escapes || !without_comment(written.substr(end + 1)).empty()) {
        if (const auto after = trimmed(written.substr(end + 1)); escapes || after.front() != '#') {
          return fail("it has an escape, or text behind its quotes");
        }
      }
      return inner;
    }
    const std::string_view plain = without_comment(written);
    if (plain == "{}" || plain == "[]") return plain;
    if (std::string_view("{}[]|>&*!%@`,?").find(first) != std::string_view::npos) {
      return fail("its value is in a form that is not read here");
    }
    return plain;
  }

  std::vector<Level> levels_;
  std::vector<YamlLeaf> leaves_;
  std::set<std::string> seen_;
  int number_ = 0;
};

}  // namespace

base::Result<std::vector<YamlLeaf>> read_yaml_leaves(std::string_view text) {
  if (!text.empty() && text.back() != '\n') {
    return base::fail("line {}: it has no end, so the file is cut; put back a good copy",
                      std::count(text.begin(), text.end(), '\n') + 1);
  }
  LeafReader reader;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (auto read = reader.read_line(text.substr(0, end), number); !read) return base::Failure(read.error());
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return reader.finish();
}

const YamlLeaf* find_leaf(const std::vector<YamlLeaf>& leaves, std::string_view path) {
  const auto found =
      std::find_if(leaves.begin(), leaves.end(), [&](const YamlLeaf& leaf) { return leaf.path == path; });
  return found == leaves.end() ? nullptr : &*found;
}

std::string yaml_text(std::string_view text) {
  // Words that YAML 1.1, which Kubernetes reads, takes for truth or for nothing.
  constexpr std::array<std::string_view, 9> kWords{"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_plain = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || std::string_view("-_.:/@[]").find(c) != std::string_view::npos;
  };
  const bool plain = !lower.empty() && is_letter(lower.front()) && lower.back() != ':' &&
                     std::all_of(lower.begin(), lower.end(), is_plain) &&
                     std::find(kWords.begin(), kWords.end(), lower) == kWords.end();
  if (plain) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    const auto byte = static_cast<unsigned char>(c);
    quoted += byte < 0x20 || byte == 0x7f ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return quoted + "\"";
}

}  // namespace pki::output
