#include "provisioner/command/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "provisioner/plan/plan_text.h"
#include "provisioner/step/one_line.h"

namespace provisioner::command {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

constexpr milliseconds kBetweenDraws{100};
constexpr const char* kUp = "\x1b[1A";        // ECMA-48 CUU
constexpr const char* kWipeLine = "\x1b[2K";  // EL

std::string owner_of(const step::Change& change) {
  return change.machine.empty() ? "host" : change.machine;
}

std::string mebibytes(std::uint64_t bytes) {
  return fmt::format("{:.1f}", static_cast<double>(bytes) / (1U << 20));
}

}  // namespace

void Progress::begins(const step::Change& change) {
  const std::lock_guard lock(mutex_);
  Line& line = line_of(change);
  line.begun = clock_.now();
  line.what = step::one_line(fmt::format("{} {}", change.kind, change.name));
  line.moved.clear();
  if (display_ == Display::kPlain) print(fmt::format("{}: {}", line.owner, line.what));
  draw();
}

void Progress::does(const step::Change& change, std::string_view what) {
  const std::lock_guard lock(mutex_);
  Line& line = line_of(change);
  line.what = step::one_line(fmt::format("{} {}: {}", change.kind, change.name, what));
  line.moved.clear();
  if (display_ == Display::kPlain) print(fmt::format("{}: {} ({})", line.owner, line.what, elapsed(line.begun)));
  draw();
}

void Progress::has_moved(const step::Change& change, std::uint64_t bytes, std::uint64_t total) {
  const std::lock_guard lock(mutex_);
  Line& line = line_of(change);
  line.moved = total == 0 ? mebibytes(bytes) + " MiB"
                          : fmt::format("{} of {} MiB, {} %", mebibytes(bytes), mebibytes(total), bytes * 100 / total);
  if (clock_.now() - last_draw_ >= kBetweenDraws) draw();
}

void Progress::ends(const step::Change& change, const base::Result<void>& result) {
  const std::lock_guard lock(mutex_);
  Line& line = line_of(change);
  const std::string text = fmt::format("{} {} {} {} ({}){}", line.owner, plan::sign_of(change.action), change.kind,
                                       change.name, elapsed(line.begun), result ? "" : ": failed");
  lines_.erase(lines_.begin() + (&line - lines_.data()));
  print(step::one_line(text));
  draw();
}

void Progress::tick() {
  const std::lock_guard lock(mutex_);
  draw();
}

Progress::Line& Progress::line_of(const step::Change& change) {
  const std::string owner = owner_of(change);
  const auto found = std::find_if(lines_.begin(), lines_.end(), [&](const Line& line) { return line.owner == owner; });
  if (found != lines_.end()) return *found;
  return lines_.emplace_back(Line{owner, "", "", clock_.now()});
}

void Progress::print(const std::string& text) {
  wipe();
  out_ << text << "\n" << std::flush;
}

void Progress::wipe() {
  for (; drawn_ > 0; --drawn_) out_ << kUp << kWipeLine;
}

void Progress::draw() {
  if (display_ == Display::kPlain) return;
  wipe();
  for (const Line& line : lines_) {
    const std::string moved = line.moved.empty() ? "" : "  " + line.moved;
    std::string text = fmt::format("{:>6} {}  {}{}", elapsed(line.begun), line.owner, line.what, moved);
    text.resize(std::min<std::size_t>(text.size(), width_ - 1));  // a line that wraps could not be replaced
    out_ << text << "\n";
  }
  drawn_ = lines_.size();
  last_draw_ = clock_.now();
  out_ << std::flush;
}

std::string Progress::elapsed(base::SteadyTime begun) const {
  const auto seconds = duration_cast<std::chrono::seconds>(clock_.now() - begun).count();
  return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

}  // namespace provisioner::command
