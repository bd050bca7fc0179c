#include "lb/proxy/worker_group.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <iterator>
#include <mutex>
#include <utility>

#include "lib/base/blocked_signals.h"
#include "lib/base/random.h"

namespace lb::proxy {
namespace {

// A door of each listener for each worker; the sockets go round.
std::vector<std::vector<NewDoor>> deal_out(std::vector<WorkerGroup::Opened> opened, std::size_t workers) {
  std::vector<std::vector<NewDoor>> doors(workers);
  for (WorkerGroup::Opened& one : opened) {
    for (auto& of_worker : doors) of_worker.push_back({one.listener, {}});
    for (std::size_t i = 0; i < one.sockets.size(); ++i) {
      doors[i % workers].back().sockets.push_back(std::move(one.sockets[i]));
    }
  }
  return doors;
}

Journal::Settings journal_of(access_log::Writer* log, std::size_t worker) {
  if (log == nullptr) return {};
  return {.ring = &log->ring(worker), .connected = log->settings().connect, .every = log->settings().every};
}

// What is done when the last of `count` calls it, whoever that is.
std::function<void()> after_all(std::size_t count, std::function<void()> done) {
  auto left = std::make_shared<std::atomic<std::size_t>>(count);
  return [left, done = std::move(done)] {
    if (left->fetch_sub(1) == 1) done();
  };
}

}  // namespace

WorkerGroup::WorkerGroup(const Setup& setup, const base::Clock& clock, const base::Log& log)
    : setup_(setup), clock_(clock), log_(log) {
  for (unsigned i = 0; i < setup.workers; ++i) stats_.push_back(std::make_unique<WorkerStats>());
}

void WorkerGroup::start(std::vector<Opened> listeners, const std::shared_ptr<const snapshot::Snapshot>& snapshot) {
  auto doors = deal_out(std::move(listeners), setup_.workers);
  base::Random seeds(setup_.seed);
  for (unsigned i = 0; i < setup_.workers; ++i) {
    WorkerSetup own{.index = i,
                    .seed = seeds(),
                    .kept_sockets = setup_.kept_sockets,
                    .doors = std::move(doors[i]),
                    .snapshot = snapshot,
                    .journal = journal_of(setup_.access_log, i)};
    workers_.push_back(std::make_unique<Worker>(std::move(own), stats_, clock_, log_));
  }
  const base::BlockedSignals blocked;
  for (auto& worker : workers_) threads_.emplace_back([&worker = *worker] { worker.run(); });
}

WorkerGroup::~WorkerGroup() {
  for (auto& worker : workers_) worker->stop();
  for (auto& thread : threads_) thread.join();
}

void WorkerGroup::publish(const std::shared_ptr<const snapshot::Snapshot>& snapshot, std::vector<Opened> opened,
                          std::function<void()> adopted) {
  auto doors = deal_out(std::move(opened), workers_.size());
  std::function<void()> one_adopted;
  if (adopted) one_adopted = after_all(workers_.size(), std::move(adopted));
  for (std::size_t i = 0; i < workers_.size(); ++i) workers_[i]->publish(snapshot, std::move(doors[i]), one_adopted);
}

void WorkerGroup::drain(std::function<void()> closed, std::function<void()> done) {
  const auto one_closed = after_all(workers_.size(), std::move(closed));
  const auto one_done = after_all(workers_.size(), std::move(done));
  for (auto& worker : workers_) worker->drain(one_closed, one_done);
}

void WorkerGroup::list_sessions(std::size_t most, const std::function<void(std::vector<SessionInfo>)>& done) {
  struct Gathered {
    std::mutex mutex;
    std::size_t missing;
    std::vector<SessionInfo> sessions;
  };
  auto gathered = std::make_shared<Gathered>();
  gathered->missing = workers_.size();
  const auto add = [gathered, done](std::vector<SessionInfo> sessions) {
    const std::lock_guard lock(gathered->mutex);
    std::ranges::move(sessions, std::back_inserter(gathered->sessions));
    if (--gathered->missing == 0) done(std::move(gathered->sessions));
  };
  for (auto& worker : workers_) worker->list_sessions(most, add);
}

void WorkerGroup::close_surplus(std::size_t worker, const SurplusOrder& order) {
  workers_[worker]->close_surplus(order);
}

void WorkerGroup::abort_sessions(std::size_t most) {
  std::size_t sessions = 1;
  for (const auto& stats : stats_) sessions += stats->active.value();
  const double part = std::min(1.0, static_cast<double>(most) / static_cast<double>(sessions));
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    const double share = std::ceil(static_cast<double>(stats_[i]->active.value()) * part);
    workers_[i]->abort_sessions(part < 1.0 ? static_cast<std::size_t>(share) : SIZE_MAX);
  }
}

}  // namespace lb::proxy
