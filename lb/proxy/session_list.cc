#include "lb/proxy/session_list.h"

#include <algorithm>
#include <utility>

namespace lb::proxy {

std::vector<SessionInfo> longest_sessions(base::Slab<Session>& sessions, base::SteadyTime now, std::size_t most) {
  std::vector<std::pair<base::SteadyTime::duration, const Session*>> by_age;
  by_age.reserve(sessions.size());
  sessions.for_each([&](const Session& session) { by_age.emplace_back(now - session.accepted(), &session); });
  const auto count = static_cast<std::ptrdiff_t>(std::min(most, by_age.size()));
  std::ranges::partial_sort(by_age, by_age.begin() + count, std::ranges::greater());
  std::vector<SessionInfo> infos;
  for (auto one = by_age.begin(); one != by_age.begin() + count; ++one) infos.push_back(one->second->info(now));
  return infos;
}

}  // namespace lb::proxy
