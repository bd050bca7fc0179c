// Watcher: who is told how the work goes: a terminal, a log, nobody. Calls come from several threads, one thread a
// change.
#pragma once

#include <cstdint>
#include <string_view>

#include "lib/base/result.h"

namespace provisioner::step {

struct Change;

class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void begins(const Change& change) = 0;
  // What is being done for it right now: "boot", "cloud-init: modules-final".
  virtual void does(const Change& change, std::string_view what) = 0;
  // Of what `does` told last; `total` 0: nobody knows.
  virtual void has_moved(const Change& change, std::uint64_t bytes, std::uint64_t total) = 0;
  virtual void ends(const Change& change, const base::Result<void>& result) = 0;
};

// Tells nobody.
class SilentWatcher final : public Watcher {
 public:
  void begins(const Change& /*change*/) override {}
  void does(const Change& /*change*/, std::string_view /*what*/) override {}
  void has_moved(const Change& /*change*/, std::uint64_t /*bytes*/, std::uint64_t /*total*/) override {}
  void ends(const Change& /*change*/, const base::Result<void>& /*result*/) override {}
};

}  // namespace provisioner::step
