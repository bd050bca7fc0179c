// What is exported of each listener: its clients, their sessions and how long they took. Control loop's thread only.
#pragma once

#include "lb/control/controller.h"
#include "lb/control/exposition.h"

namespace lb::control {

void add_listener_metrics(Exposition& out, const Controller& controller);

}  // namespace lb::control
