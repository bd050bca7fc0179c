#include "provisioner/step/managed_block.h"

#include "provisioner/step/shell_text.h"

namespace provisioner::step {
namespace {

// The second is for a text whose last line had no end when the block came: that newline goes with the block.
constexpr std::string_view kBegin = " its lines begin here and are written anew.";
constexpr std::string_view kBeginAfterOpenLine =
    " its lines begin here, after a line without an end, and are written anew.";
constexpr std::string_view kEnd = " its lines end here.";

struct Place {
  std::size_t begin = 0;  // of the whole block, with the newline before it that is ours
  std::size_t body = 0;
  std::size_t body_end = 0;
  std::size_t end = 0;
  bool after_open_line = false;
};

std::string line_of(std::string_view mark, std::string_view words) {
  return "# " + std::string(mark) + std::string(words) + "\n";
}

// Where a whole line begins; npos: it is not there.
std::size_t find_line(std::string_view text, const std::string& line, std::size_t from) {
  for (std::size_t at = text.find(line, from); at != std::string_view::npos; at = text.find(line, at + 1)) {
    if (at == 0 || text[at - 1] == '\n') return at;
  }
  return std::string_view::npos;
}

std::size_t count(std::string_view text, std::string_view words) {
  std::size_t found = 0;
  for (std::size_t at = text.find(words); at != std::string_view::npos; at = text.find(words, at + 1)) ++found;
  return found;
}

base::Result<std::optional<Place>> find_block(std::string_view text, std::string_view mark, std::string_view file) {
  if (count(text, mark) == 0) return std::nullopt;
  Place place;
  std::string begin_line = line_of(mark, kBegin);
  std::size_t begin = find_line(text, begin_line, 0);
  if (begin == std::string_view::npos) {
    begin_line = line_of(mark, kBeginAfterOpenLine);
    begin = find_line(text, begin_line, 0);
    place.after_open_line = begin != std::string_view::npos && begin > 0;
  }
  const std::string end_line = line_of(mark, kEnd);
  const std::size_t end = begin == std::string_view::npos ? begin : find_line(text, end_line, begin);
  if (end == std::string_view::npos || count(text, mark) != 2) {
    return base::fail(
        "{}: the lines of ours in it, between two comments with the words '{}', are not as they were written; remove "
        "those comments and what is between them, and apply again",
        file, mark);
  }
  place.begin = begin - (place.after_open_line ? 1 : 0);
  place.body = begin + begin_line.size();
  place.body_end = end;
  place.end = end + end_line.size();
  return place;
}

}  // namespace

base::Result<std::optional<std::string>> block_in(std::string_view text, std::string_view mark, std::string_view file) {
  const auto place = find_block(text, mark, file);
  if (!place) return base::Failure(place.error());
  if (!*place) return std::nullopt;
  return std::string(text.substr((*place)->body, (*place)->body_end - (*place)->body));
}

base::Result<std::string> with_block(std::string_view text, std::string_view mark, std::string_view body,
                                     std::string_view file) {
  const auto place = find_block(text, mark, file);
  if (!place) return base::Failure(place.error());
  if (*place) {
    return std::string(text.substr(0, (*place)->body)) + std::string(body) +
           std::string(text.substr((*place)->body_end));
  }
  const bool open = !text.empty() && !text.ends_with('\n');
  return std::string(text) + (open ? "\n" : "") + line_of(mark, open ? kBeginAfterOpenLine : kBegin) +
         std::string(body) + line_of(mark, kEnd);
}

base::Result<std::string> without_block(std::string_view text, std::string_view mark, std::string_view file) {
  const auto place = find_block(text, mark, file);
  if (!place) return base::Failure(place.error());
  if (!*place) return std::string(text);
  // What somebody has written below the block since needs the end of the line before.
  const bool keeps_newline = (*place)->after_open_line && (*place)->end < text.size();
  return std::string(text.substr(0, (*place)->begin + (keeps_newline ? 1 : 0))) +
         std::string(text.substr((*place)->end));
}

std::string EditBlock::print() const {
  return shell_text(path_, planned_);
}

base::Result<std::optional<std::string>> EditBlock::replace(Host& host, const std::optional<std::string>& body) const {
  const auto file = host.read(path_);
  if (!file) return base::Failure(file.error());
  const FileState now = file->value_or(FileState{"", planned_.mode});
  auto before = block_in(now.content, mark_, path_.string());
  if (!before) return before;
  const auto text =
      body ? with_block(now.content, mark_, *body, path_.string()) : without_block(now.content, mark_, path_.string());
  if (!text) return base::Failure(text.error());
  if (auto wrote = host.write(path_, {*text, now.mode}); !wrote) return base::Failure(wrote.error());
  return before;
}

base::Result<void> EditBlock::carry_out(Workplace& place) {
  auto before = replace(place.host(), body_);
  if (!before) return base::Failure(before.error());
  before_ = *std::move(before);
  wrote_ = true;
  return {};
}

base::Result<void> EditBlock::undo(Workplace& place) {
  if (!wrote_) return {};
  const auto undone = replace(place.host(), before_);
  if (!undone) return base::Failure(undone.error());
  return {};
}

}  // namespace provisioner::step
