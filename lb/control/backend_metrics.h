// BackendMetrics: what is exported of each backend: what checks and clients have seen of it. Keeps from scrape to
// scrape how each backend is named in a line. Owned by the exporter; control loop's thread only.
#pragma once

#include <string>
#include <vector>

#include "lb/control/controller.h"
#include "lb/control/exposition.h"
#include "lib/base/clock.h"

namespace lb::control {

class BackendMetrics {
 public:
  // `now`: slow start goes on by it.
  void add(Exposition& out, const Controller& controller, base::SteadyTime now);

 private:
  struct Name {
    std::string listener;
    std::string backend;
    Labels labels;
  };
  const Labels& labels_of(std::size_t row, const std::string& listener, const std::string& backend);

  std::vector<Name> names_;
};

}  // namespace lb::control
