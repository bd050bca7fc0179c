// Visit: what one session has taken from the tables of who comes; given back when it is destroyed. Keeps the tables
// alive, so that a session pays back where it took. Belongs to one worker.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "lb/source/source_count.h"
#include "lb/source/sticky_table.h"
#include "lib/base/clock.h"
#include "lib/base/ip_address.h"

namespace lb::source {

class Visit {
 public:
  // `count`: where this session is counted already, or null. `sticky`: null where the listener is not sticky. `clock`
  // outlives the visit.
  Visit(const base::IpAddress& client, std::shared_ptr<SourceCount> count, std::shared_ptr<StickyTable> sticky,
        const base::Clock& clock) noexcept
      : client_(client), count_(std::move(count)), sticky_(std::move(sticky)), clock_(clock) {}
  ~Visit() {
    if (stands_) sticky_->release(client_, clock_.now());
    if (count_) count_->leave(client_);
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  // The key of the backend that the client came to before; nothing where none is known.
  [[nodiscard]] std::optional<std::uint64_t> known_backend() const noexcept {
    return sticky_ ? sticky_->find(client_, clock_.now()) : std::nullopt;
  }
  // The session stands. Once at most: at the backend that the client is to come to from now on...
  void stick_to(std::uint64_t backend) noexcept {
    if (!sticky_) return;
    sticky_->assign(client_, backend, clock_.now());
    stands_ = true;
  }
  // ...or at some other, while the client's own stays its own.
  void stand_elsewhere() noexcept { stands_ = sticky_ && sticky_->hold(client_); }

 private:
  base::IpAddress client_;
  bool stands_ = false;  // the sticky table counts it
  std::shared_ptr<SourceCount> count_;
  std::shared_ptr<StickyTable> sticky_;
  const base::Clock& clock_;
};

}  // namespace lb::source
