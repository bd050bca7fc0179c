// Sources: what a listener knows of who comes, and what it allows them. The tables go on from one snapshot to the next.
// A value of shared tables; any thread.
#pragma once

#include <memory>

#include "lb/source/source_count.h"
#include "lb/source/source_filter.h"
#include "lb/source/sticky_table.h"
#include "lib/cluster/cluster.h"

namespace lb::source {

struct Sources {
  std::shared_ptr<const SourceFilter> filter;  // null: everybody may come
  std::shared_ptr<SourceCount> count;          // null: as often as they like
  unsigned max_sessions = 0;                   // of one client, where they are counted
  std::shared_ptr<StickyTable> sticky;         // null: to any backend

  // Whether a session has anything to give back.
  [[nodiscard]] bool keeps_visits() const noexcept { return count || sticky; }
};

[[nodiscard]] inline Sources make_sources(const cluster::Listener& listener) {
  Sources sources;
  if (!listener.allow.empty() || !listener.deny.empty()) {
    sources.filter = std::make_shared<const SourceFilter>(listener.allow, listener.deny);
  }
  if (listener.max_connections_per_source) {
    sources.count = std::make_shared<SourceCount>();
    sources.max_sessions = *listener.max_connections_per_source;
  }
  if (listener.sticky) sources.sticky = std::make_shared<StickyTable>(*listener.sticky);
  return sources;
}

}  // namespace lb::source
