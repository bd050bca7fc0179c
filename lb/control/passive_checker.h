// PassiveChecker: ejects a backend that clients' own connections find silent or refusing, for a while that grows. It
// looks at what the workers have counted, ten times a second, so it is faster than any check, and nothing is decrypted.
// Only while another backend answers, and never more than a part of them: when all are slow, nobody is at fault.
// Control loop's thread only.
#pragma once

#include <memory>
#include <vector>

#include "lb/control/controller.h"
#include "lb/control/ejection.h"
#include "lb/control/passive_judge.h"
#include "lb/net/event_loop.h"
#include "lb/net/timer.h"
#include "lib/base/clock.h"

namespace lb::control {

class PassiveChecker {
 public:
  // Begins at once. All outlive it.
  PassiveChecker(net::EventLoop& loop, Controller& controller, const base::Clock& clock);

  // The controller's listeners have changed: what is known of backends that are still there stays.
  void reconcile();
  // How long the backend is out still; and an ejection of that kind which another process began. The reason is the
  // controller's.
  [[nodiscard]] std::chrono::milliseconds ejected_for(BackendId id) const;
  void resume(BackendId id, std::chrono::milliseconds left);

  // Looks now; its own timer does so all the time.
  void look();

 private:
  struct Watched {
    std::shared_ptr<const backend::BackendState> backend;
    cluster::Passive settings;
    PassiveJudge judge;
    Ejection ejection;
    base::SteadyTime answered_at;
  };
  using Group = std::vector<Watched>;  // of one listener, beside its backends

  [[nodiscard]] Watched watch(const ListenerView& listener, const BackendView& backend) const;
  void look_at(std::size_t listener, base::SteadyTime now, bool late);
  [[nodiscard]] bool may_eject(std::size_t listener, std::size_t backend, base::SteadyTime now) const;
  void eject(BackendId id, std::string_view reason, base::SteadyTime now);

  Controller& controller_;
  const base::Clock& clock_;
  std::vector<Group> groups_;
  base::SteadyTime last_look_;
  net::Timer timer_;
};

}  // namespace lb::control
