#include "lb/proxy/worker_group.h"

#include <pthread.h>

#include <atomic>
#include <csignal>
#include <utility>

#include "lb/net/listen_socket.h"
#include "lib/base/random.h"

namespace lb::proxy {
namespace {

// Signals belong to the control thread: a thread inherits the mask of the one that starts it.
class SignalsBlocked {
 public:
  SignalsBlocked() noexcept {
    sigset_t all{};
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &old_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &old_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t old_{};
};

// by_worker[worker][listener]
using ListenFds = std::vector<std::vector<base::UniqueFd>>;

base::Result<ListenFds> listen_everywhere(const std::vector<base::SocketAddress>& listeners, unsigned workers) {
  ListenFds by_worker(workers);
  for (const base::SocketAddress& address : listeners) {
    auto fds = net::open_listen_sockets(address, workers);
    if (!fds) return base::Failure(fds.error());
    for (unsigned worker = 0; worker < workers; ++worker) by_worker[worker].push_back(std::move((*fds)[worker]));
  }
  return by_worker;
}

}  // namespace

base::Result<std::unique_ptr<WorkerGroup>> WorkerGroup::start(const Setup& setup, const base::Clock& clock,
                                                              const base::Log& log) {
  auto fds = listen_everywhere(setup.listeners, setup.workers);
  if (!fds) return base::Failure(fds.error());
  std::unique_ptr<WorkerGroup> group(new WorkerGroup());
  for (const auto& fd : fds->front()) group->addresses_.push_back(net::local_address(fd.get()));
  for (unsigned i = 0; i < setup.workers; ++i) {
    group->stats_.push_back(std::make_unique<WorkerStats>(setup.listeners.size()));
  }
  base::Random seeds(setup.seed);
  for (unsigned i = 0; i < setup.workers; ++i) {
    WorkerSetup own{.index = i,
                    .seed = seeds(),
                    .kept_sockets = setup.kept_sockets,
                    .listen_fds = std::move((*fds)[i]),
                    .snapshot = setup.snapshot};
    group->workers_.push_back(std::make_unique<Worker>(std::move(own), group->stats_, clock, log));
  }
  const SignalsBlocked blocked;
  for (auto& worker : group->workers_) group->threads_.emplace_back([&worker = *worker] { worker.run(); });
  return group;
}

WorkerGroup::~WorkerGroup() {
  for (auto& worker : workers_) worker->stop();
  for (auto& thread : threads_) thread.join();
}

void WorkerGroup::publish(const std::shared_ptr<const snapshot::Snapshot>& snapshot) {
  for (auto& worker : workers_) worker->publish(snapshot);
}

void WorkerGroup::drain(std::function<void()> done) {
  auto busy = std::make_shared<std::atomic<std::size_t>>(workers_.size());
  const auto one_done = [busy, done = std::move(done)] {
    if (busy->fetch_sub(1) == 1) done();
  };
  for (auto& worker : workers_) worker->drain(one_done);
}

void WorkerGroup::close_surplus(std::size_t worker, const SurplusOrder& order) {
  workers_[worker]->close_surplus(order);
}

void WorkerGroup::abort_sessions() {
  for (auto& worker : workers_) worker->abort_sessions();
}

}  // namespace lb::proxy
