// Writer: the access log: takes what the workers have put into their rings, and writes it, in a thread of its own. So a
// disk that is slow or full costs lines, which are counted, and never a client's time.
//
// Any thread; start() and the destructor run before and after all others.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "lb/access_log/lines.h"
#include "lb/access_log/log_file.h"
#include "lb/access_log/ring.h"
#include "lib/base/clock.h"
#include "lib/base/counter.h"
#include "lib/base/log.h"
#include "lib/base/result.h"
#include "lib/cluster/cluster.h"

namespace lb::access_log {

class Writer {
 public:
  // `clock`, by which the records are, and `log` outlive the writer. A file that cannot be opened is an error.
  [[nodiscard]] static base::Result<std::unique_ptr<Writer>> start(const cluster::AccessLog& settings,
                                                                   const base::Clock& clock, const base::Log& log);
  // Writes what is left in the rings. Nobody pushes any more.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // This worker's ring, which lives as long as the writer.
  [[nodiscard]] Ring& ring(std::size_t worker);
  // Soon: the file that has the path then gets all that comes later.
  void reopen();

  [[nodiscard]] const cluster::AccessLog& settings() const noexcept { return settings_; }
  // Lines that never came: there was no room in a ring; the file did not take them.
  [[nodiscard]] std::uint64_t dropped() const;
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_.value(); }

 private:
  Writer(const cluster::AccessLog& settings, LogFile file, const base::Clock& clock, const base::Log& log);

  void run();
  void write_all();
  void flush(std::string& text, std::uint64_t& lines);
  [[nodiscard]] std::uint64_t write(const std::string& text);
  [[nodiscard]] base::SteadyTime deadline();
  void note_outcome(int error);
  void reopen_file();

  cluster::AccessLog settings_;
  LogFile file_;
  Lines lines_;
  const base::Clock& clock_;
  const base::Log& log_;
  base::Counter lost_;
  bool failing_ = false;                    // said already; the log is told again when it is over
  bool stuck_ = false;                      // the reader takes nothing: what else there is now is not waited for
  std::optional<base::SteadyTime> end_by_;  // when this ends: for all that is left together

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::unique_ptr<Ring>> rings_;  // guarded by mutex_, as are the next two
  bool wants_reopening_ = false;
  bool stopping_ = false;

  std::thread thread_;  // last: it uses all the others
};

}  // namespace lb::access_log
