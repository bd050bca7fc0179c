#include "lb/access_log/writer.h"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "lib/base/blocked_signals.h"

namespace lb::access_log {
namespace {

using std::chrono::milliseconds;

// Workers wake nobody; the rings are looked at so often. Each has room for 300,000 sessions a second then.
constexpr milliseconds kPause{25};
// For a reader of standard output, or of a pipe: for each batch, and for all that is left at the end.
constexpr milliseconds kPatience{500};
constexpr milliseconds kLastPatience{1000};
constexpr std::size_t kBatch = 64 * 1024;  // bytes a write

}  // namespace

base::Result<std::unique_ptr<Writer>> Writer::start(const cluster::AccessLog& settings, const base::Clock& clock,
                                                    const base::Log& log) {
  auto file = LogFile::open(settings.file);
  if (!file) return base::Failure(file.error());
  std::unique_ptr<Writer> writer(new Writer(settings, *std::move(file), clock, log));
  const base::BlockedSignals blocked;
  writer->thread_ = std::thread([&self = *writer] { self.run(); });
  return writer;
}

Writer::Writer(const cluster::AccessLog& settings, LogFile file, const base::Clock& clock, const base::Log& log)
    : settings_(settings), file_(std::move(file)), lines_(settings.format), clock_(clock), log_(log) {}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

Ring& Writer::ring(std::size_t worker) {
  const std::lock_guard lock(mutex_);
  while (rings_.size() <= worker) rings_.push_back(std::make_unique<Ring>());
  return *rings_[worker];
}

void Writer::reopen() {
  {
    const std::lock_guard lock(mutex_);
    wants_reopening_ = true;
  }
  wake_.notify_one();
}

std::uint64_t Writer::dropped() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t total = 0;
  for (const auto& ring : rings_) total += ring->dropped();
  return total;
}

void Writer::run() {
  std::unique_lock lock(mutex_);
  for (bool last = false; !last;) {
    wake_.wait_for(lock, kPause, [this] { return stopping_ || wants_reopening_; });
    last = stopping_;
    const bool reopening = std::exchange(wants_reopening_, false);
    lock.unlock();
    write_all();
    if (reopening) reopen_file();
    lock.lock();
  }
}

void Writer::write_all() {
  std::vector<Ring*> rings;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& ring : rings_) rings.push_back(ring.get());
  }
  // Records tell the steady clock's time; what the calendar says of it may have been put right since the last batch.
  const base::SteadyTime now = clock_.now();
  const WallTime wall = std::chrono::system_clock::now();
  std::string text;
  std::uint64_t lines = 0;
  stuck_ = false;
  for (Ring* const ring : rings) {
    ring->take_all([&](const Record& record) {
      lines_.append(text, record, wall - std::chrono::duration_cast<WallTime::duration>(now - record.time));
      ++lines;
      if (text.size() >= kBatch) flush(text, lines);
    });
  }
  flush(text, lines);
}

void Writer::flush(std::string& text, std::uint64_t& lines) {
  if (lines > 0) lost_.add(lines - (stuck_ ? 0 : write(text)));
  text.clear();
  lines = 0;
}

// The number of lines that are whole there.
std::uint64_t Writer::write(const std::string& text) {
  const LogFile::Written written = file_.write(text, clock_, deadline());
  stuck_ = written.error == ETIMEDOUT;
  note_outcome(written.error);
  const std::string_view there = std::string_view(text).substr(0, written.bytes);
  return static_cast<std::uint64_t>(std::ranges::count(there, '\n'));
}

// Whoever ends this waits for the batch that is on its way, and then for all others together.
base::SteadyTime Writer::deadline() {
  const base::SteadyTime now = clock_.now();
  if (end_by_) return *end_by_;
  const std::lock_guard lock(mutex_);
  if (!stopping_) return now + kPatience;
  return end_by_.emplace(now + kLastPatience);
}

void Writer::note_outcome(int error) {
  const bool fails = error != 0;
  if (fails && !failing_) {
    log_.warn("cannot write the access log {}: {}; lines are lost and counted until it can be written again",
              file_.path(), base::errno_text(error));
  }
  if (!fails && failing_) log_.info("the access log {} is written again; {} lines were lost", file_.path(), lost());
  failing_ = fails;
}

void Writer::reopen_file() {
  if (const auto reopened = file_.reopen(); !reopened) {
    log_.warn("{}; lines go where they went before", reopened.error().message);
  } else {
    log_.info("access log {} opened again", file_.path());
  }
}

}  // namespace lb::access_log
