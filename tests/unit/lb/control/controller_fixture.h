// ControllerTest: a controller of two listeners, and the snapshots that it has published.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lb/control/controller.h"
#include "tests/unit/lb/manual_clock.h"
#include "tests/unit/lb/sample_config.h"

namespace lb::control {

using backend::Condition;

class ControllerTest : public ::testing::Test {
 protected:
  ControllerTest() {
    controller_.publish_to([this](auto snapshot) { published_.push_back(std::move(snapshot)); });
  }
  static config::Config two_listeners() {
    config::Config config = sample_config({1, 1, 0});
    config.listeners.push_back(sample_listener({1}));
    config.listeners.back().name = "second";
    return config;
  }
  // What is logged meanwhile.
  static std::string log_of(const std::function<void()>& act) {
    testing::internal::CaptureStderr();
    act();
    return testing::internal::GetCapturedStderr();
  }

  void set_up(BackendId id, std::string_view reason) { controller_.set_condition(id, Condition::kUp, reason); }
  void set_draining(BackendId id, std::string_view reason) {
    controller_.set_condition(id, Condition::kDraining, reason);
  }
  void set_down(BackendId id, std::string_view reason) { controller_.set_condition(id, Condition::kDown, reason); }
  void pass(BackendId id) { controller_.note_check(id, CheckOutcome::kPassed); }
  void fail(BackendId id) { controller_.note_check(id, CheckOutcome::kFailed); }
  [[nodiscard]] const BackendView& view(BackendId id) const {
    return controller_.listeners()[id.listener].backends[id.backend];
  }
  // The names of those whose sessions the snapshot ends.
  static std::string cut_by(const std::shared_ptr<const snapshot::Snapshot>& snapshot) {
    std::string names;
    for (const auto* const state : snapshot->cut) names += state->name() + " ";
    return names;
  }

  ManualClock clock_;
  base::Log log_{base::Log::Level::kInfo};
  Controller controller_{two_listeners(), 3, 500, clock_, log_};
  std::vector<std::shared_ptr<const snapshot::Snapshot>> published_;
};

}  // namespace lb::control
