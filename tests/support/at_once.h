// at_once: the same work in many threads, all joined when it returns. What the work throws ends the program, so it
// should catch. Any thread.
#pragma once

#include <thread>
#include <vector>

namespace tests::support {

// work(0), ..., work(threads - 1), each in a thread of its own.
template <class Work>
void at_once(int threads, const Work& work) {
  std::vector<std::jthread> running;
  running.reserve(static_cast<std::size_t>(threads));
  for (int i = 0; i < threads; ++i) running.emplace_back([&work, i] { work(i); });
}

}  // namespace tests::support
