// A network of the test's own: a thread in a fresh network namespace (namespaces(7)) whose loopback is up. Threads and
// processes that it starts are in it too. Linux and root only: ask may_have_own_network() first, and skip with a
// reason.
#pragma once

#include <functional>

namespace tests::support {

[[nodiscard]] bool may_have_own_network();

// Runs `body` there and returns when it has; what it throws is thrown again here.
void in_own_network(const std::function<void()>& body);

// Runs a program of the system in the namespace of the calling thread; throws std::runtime_error when it fails.
void run_tool(std::initializer_list<const char*> words);

}  // namespace tests::support
