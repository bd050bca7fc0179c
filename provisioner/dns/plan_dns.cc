#include "provisioner/dns/plan_dns.h"

#include "provisioner/cloud_init/hosts_lines.h"
#include "provisioner/dns/verify_names.h"
#include "provisioner/step/managed_block.h"
#include "provisioner/step/mark.h"
#include "provisioner/step/steps.h"

namespace provisioner::dns {
namespace {

namespace fs = std::filesystem;
using cluster::DnsProvider;
using step::Action;
using step::Change;
using step::System;

constexpr std::chrono::milliseconds kQuickLook{1000};

bool wants_servers(const cluster::Cluster& cluster) {
  return !cluster.machines.empty() && cluster.dns.provider == DnsProvider::kNsdUnbound;
}

bool wants_hosts(const cluster::Cluster& cluster) {
  return !cluster.machines.empty() && cluster.dns.provider == DnsProvider::kHosts;
}

// The lines between the marks of /etc/hosts.
std::string hosts_body(const cluster::Cluster& cluster) {
  std::string body;
  for (const auto& line : cloud_init::hosts_lines(cluster)) {
    body += line.address.to_string();
    for (const std::string& name : line.names) body += " " + name;
    body += "\n";
  }
  return body;
}

// `there`: the zone's file as it is.
using ZoneThere = std::function<std::optional<std::string>(const fs::path&)>;

step::FileGroup group_for(const cluster::Cluster& cluster, const ClusterNames& names, System system,
                          const DnsOptions& options, const ZoneThere& there) {
  const ServerPaths paths = paths_of(cluster, system);
  step::FileGroup group{.kind = kFileKind, .name = cluster.domain, .mark = step::mark_of(cluster), .wanted = {}};
  for (const Zone& zone : names.zones) {
    const fs::path file = zone_file(paths, zone);
    const std::string mark = group.mark + " a change here is lost with the next `apply`.";
    group.wanted.push_back({file, {zone_text(zone, mark, there(file), options.today), 0644}});
    group.checks.push_back({file, {"nsd-checkzone", zone.name, "{}"}});
  }
  group.wanted.push_back({paths.nsd_part, {nsd_part(cluster, names, paths), 0644}});
  group.checks.push_back({paths.nsd_part, {"nsd-checkconf", "{}"}});
  group.wanted.push_back({paths.unbound_part, {unbound_part(cluster, names), 0644}});
  group.checks.push_back({paths.unbound_part, {"unbound-checkconf", "{}"}});
  return group;
}

// Whether a server's main file takes in ours: by its name, or by a pattern for its folder.
base::Result<void> check_included(step::Host& host, const fs::path& main, const fs::path& part, const char* server) {
  const auto file = host.read(main);
  if (!file) return base::Failure(file.error());
  if (!*file) {
    return base::fail("{} is not there: install {}, or write dns: {{provider: hosts}}", main.string(), server);
  }
  const std::string folder = part.parent_path().string() + "/*.conf";
  const std::string& text = (*file)->content;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    const std::string line = text.substr(at, text.find('\n', at) - at);
    const bool is_comment = line.find('#') < line.find("include");
    const bool names_us = line.find(part.string()) != std::string::npos || line.find(folder) != std::string::npos;
    if (!is_comment && names_us && line.find("include") != std::string::npos) return {};
    if (text.find('\n', at) == std::string::npos) break;
  }
  return base::fail("{} does not include {}; add the line\n  include: \"{}\"", main.string(), part.string(), folder);
}

Supervision supervision_of(step::Host& host, System system) {
  if (system == System::kFreebsd) return Supervision::kFreebsd;
  return host.exists("/run/systemd/system") ? Supervision::kSystemd : Supervision::kNone;
}

// What a machine would hear right now.
std::string first_wrong_name(const ClusterNames& names, const DnsOptions& options) {
  const base::SocketAddress resolver(names.resolver, options.port);
  for (const Expected& one : expectations(names)) {
    if (auto seen = look_for(resolver, one, kQuickLook); !seen) return seen.error().message;
  }
  return "";
}

base::Result<void> look_at_servers(step::Host& host, const cluster::Cluster& cluster, const step::Ledger& ledger,
                                   System system, const DnsOptions& options, DnsState& state) {
  state.group = {.kind = kFileKind, .name = cluster.domain, .mark = step::mark_of(cluster), .wanted = {}};
  if (wants_servers(cluster)) {
    auto names = names_of(cluster);
    if (!names) return base::Failure(names.error());
    const ServerPaths paths = paths_of(cluster, system);
    if (auto in = check_included(host, paths.nsd_main, paths.nsd_part, "nsd"); !in) return in;
    if (auto in = check_included(host, paths.unbound_main, paths.unbound_part, "unbound"); !in) return in;
    state.group = group_for(cluster, *names, system, options, [&](const fs::path& path) -> std::optional<std::string> {
      const auto file = host.read(path);
      if (!file || !*file) return std::nullopt;
      return (*file)->content;
    });
    state.names = *std::move(names);
  }
  auto files = step::observe_group(host, state.group, ledger);
  if (!files) return base::Failure(files.error());
  state.files = *std::move(files);
  return {};
}

// One that is there is renewed; a file that nobody has made yet begins with the block.
base::Result<std::optional<Change>> plan_hosts(const cluster::Cluster& cluster, const DnsState& state,
                                               const DnsOptions& options) {
  const std::string mark = step::mark_of(cluster);
  const std::string file = options.hosts.string();
  const step::FileState before = state.hosts.value_or(step::FileState{"", 0644});
  const auto block = step::block_in(before.content, mark, file);
  if (!block) return base::Failure(block.error());
  if (!wants_hosts(cluster) && !*block && !state.claims_hosts) return std::nullopt;
  Change change{.action = Action::kSame, .kind = kHostsKind, .name = file, .on_failure = step::OnFailure::kUndo};
  const std::string body = hosts_body(cluster);
  if (wants_hosts(cluster) && *block == body && state.claims_hosts) return change;
  const auto text = wants_hosts(cluster) ? step::with_block(before.content, mark, body, file)
                                         : step::without_block(before.content, mark, file);
  if (!text) return base::Failure(text.error());
  if (wants_hosts(cluster)) change.steps.push_back(std::make_unique<step::Claim>(step::LedgerEntry{kHostsKind, file}));
  change.steps.push_back(std::make_unique<step::EditBlock>(options.hosts, mark,
                                                           wants_hosts(cluster) ? std::optional(body) : std::nullopt,
                                                           step::FileState{*text, before.mode}));
  if (!wants_hosts(cluster)) change.steps.push_back(std::make_unique<step::Release>(kHostsKind, file));
  change.action = wants_hosts(cluster) ? (*block ? Action::kChange : Action::kCreate) : Action::kRemove;
  change.why = wants_hosts(cluster) ? (*block ? "differs" : "has no names of the cluster yet") : "is wanted no more";
  return change;
}

// Zones alone have changed as long as both parts of the configuration stand and no zone comes or goes.
News news_of(const DnsState& state, const ServerPaths& paths) {
  for (const fs::path& part : {paths.nsd_part, paths.unbound_part}) {
    const auto there = state.files.there.find(part);
    for (const step::RenderedFile& file : state.group.wanted) {
      if (file.path == part && (there == state.files.there.end() || there->second != file.file)) {
        return News::kConfiguration;
      }
    }
  }
  return state.group.wanted.empty() || !state.wrong_names.empty() ? News::kConfiguration : News::kZones;
}

Change plan_servers(const cluster::Cluster& cluster, const DnsState& state, System system, const DnsOptions& options) {
  step::FileGroup group = state.group;
  const ServerPaths paths = paths_of(cluster, system);
  group.reload = tell_servers(state.names.value_or(ClusterNames{}), paths, state.supervision, news_of(state, paths));
  Change change = step::plan_group(group, state.files);
  change.kind = "dns";
  if (!state.names) change.phase = step::Phase::kLast;  // no name server that has gone keeps machines from going
  if (change.action == Action::kSame && !state.wrong_names.empty()) {
    change.action = Action::kChange;
    change.why = state.wrong_names;
    for (const step::Command& command : group.reload) {
      change.steps.push_back(std::make_unique<step::RunCommand>(command));
    }
  }
  if (change.action == Action::kSame || !state.names) return change;
  change.steps.push_back(std::make_unique<VerifyNames>(base::SocketAddress(state.names->resolver, options.port),
                                                       expectations(*state.names), options.patience,
                                                       forget_answers(*state.names, state.supervision)));
  return change;
}

}  // namespace

base::Result<DnsState> observe_dns(step::Host& host, const cluster::Cluster& cluster, const step::Ledger& ledger,
                                   System system, const DnsOptions& options) {
  DnsState state;
  state.supervision = supervision_of(host, system);
  if (auto seen = look_at_servers(host, cluster, ledger, system, options, state); !seen)
    return base::Failure(seen.error());
  if (state.names && step::plan_group(state.group, state.files).action == Action::kSame) {
    state.wrong_names = first_wrong_name(*state.names, options);
  }
  auto hosts = host.read(options.hosts);
  if (!hosts) return base::Failure(hosts.error());
  state.hosts = *std::move(hosts);
  state.claims_hosts = ledger.find(kHostsKind, options.hosts.string()).has_value();
  return state;
}

base::Result<std::vector<Change>> plan_dns(const cluster::Cluster& cluster, const DnsState& state, System system,
                                           const DnsOptions& options) {
  std::vector<Change> changes;
  if (Change servers = plan_servers(cluster, state, system, options); state.names || servers.action != Action::kSame) {
    changes.push_back(std::move(servers));
  }
  auto hosts = plan_hosts(cluster, state, options);
  if (!hosts) return base::Failure(hosts.error());
  if (*hosts) changes.push_back(**std::move(hosts));
  return changes;
}

base::Result<step::RenderedFiles> dns_files(const cluster::Cluster& cluster, System system, const DnsOptions& options) {
  if (wants_hosts(cluster)) {  // the rest of the file is the host's own
    const auto block = step::with_block("", step::mark_of(cluster), hosts_body(cluster), options.hosts.string());
    if (!block) return base::Failure(block.error());
    return step::RenderedFiles{{options.hosts.string() + ".block", {*block, 0644}}};
  }
  if (!wants_servers(cluster)) return step::RenderedFiles{};
  const auto names = names_of(cluster);
  if (!names) return base::Failure(names.error());
  return group_for(cluster, *names, system, options, [](const fs::path&) { return std::nullopt; }).wanted;
}

}  // namespace provisioner::dns
