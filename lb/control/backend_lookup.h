// From the names that operators use to the backends that are meant; who is not known is told with those that are.
// Control loop's thread only.
#pragma once

#include <string_view>

#include "lb/control/controller.h"
#include "lib/base/result.h"

namespace lb::control {

[[nodiscard]] base::Result<std::size_t> find_listener(const Controller& controller, std::string_view name);
[[nodiscard]] base::Result<BackendId> find_backend(const Controller& controller, std::string_view listener,
                                                   std::string_view backend);

}  // namespace lb::control
