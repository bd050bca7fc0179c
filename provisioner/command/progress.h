// Progress: the Watcher that a person reads. On a terminal: a live line for the host and for each machine that work is
// done for, with what is done right now and for how long; on anything else: a line whenever something begins or ends.
// Calls come from many threads; lines are written under a lock.
#pragma once

#include <iosfwd>
#include <mutex>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "provisioner/step/change.h"
#include "provisioner/step/watcher.h"

namespace provisioner::command {

enum class Display { kTerminal, kPlain };

class Progress final : public step::Watcher {
 public:
  // Both must outlive this. `width`: columns of the terminal.
  Progress(std::ostream& out, const base::Clock& clock, Display display, unsigned width = 80)
      : out_(out), clock_(clock), display_(display), width_(width) {}

  void begins(const step::Change& change) override;
  void does(const step::Change& change, std::string_view what) override;
  void has_moved(const step::Change& change, std::uint64_t bytes, std::uint64_t total) override;
  void ends(const step::Change& change, const base::Result<void>& result) override;

  // Draws the lines again, so that the seconds go on. Does nothing where there is no terminal.
  void tick();

 private:
  struct Line {
    std::string owner;  // "host", or the machine
    std::string what;
    std::string moved;  // "120 of 350 MiB"
    base::SteadyTime begun;
  };

  Line& line_of(const step::Change& change);
  void print(const std::string& text);  // above the live lines
  void draw();
  void wipe();
  [[nodiscard]] std::string elapsed(base::SteadyTime begun) const;

  std::ostream& out_;
  const base::Clock& clock_;
  const Display display_;
  const unsigned width_;
  std::mutex mutex_;  // guards all below, and out_
  std::vector<Line> lines_;
  std::size_t drawn_ = 0;  // lines on the terminal that are ours to replace
  base::SteadyTime last_draw_{};
};

}  // namespace provisioner::command
