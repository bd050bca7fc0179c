#include "lib/cluster/read_kubernetes.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "lib/cluster/scalar.h"

namespace cluster {
namespace {

constexpr OneOf<ContainerRuntimeKind, 2> kRuntimeKind{
    {{{"containerd", ContainerRuntimeKind::kContainerd}, {"other", ContainerRuntimeKind::kOther}}}};
constexpr OneOf<InitialClusterState, 2> kInitialClusterState{
    {{{"new", InitialClusterState::kNew}, {"existing", InitialClusterState::kExisting}}}};
// kube-apiserver delays its end by this; systemd waits for it (units/api_server.cc).
constexpr DurationBetween kShutdownDelay{std::chrono::milliseconds{0}, std::chrono::minutes{10}};
// etcd warns above 8 GiB (etcd's system limits).
constexpr SizeBetween kQuota{16ULL << 20, 64ULL << 30};
constexpr unsigned kMillion = 1'000'000;
// kube-apiserver refuses more (--goaway-chance: "Max is .02 (1/50 requests)").
constexpr unsigned kMostGoawayPerMillion = 20'000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool are_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// "1.34", "v1.34.1": what follows the minor version changes no flag.
base::Result<KubernetesVersion> parse_version(std::string_view text) {
  std::string_view rest = text.starts_with('v') ? text.substr(1) : text;
  const auto fault = base::fail("'{}' is no version of Kubernetes; write it as 1.{}, at least 1.{}", text,
                                KubernetesVersion::kCurrent, KubernetesVersion::kOldest);
  if (!rest.starts_with("1.")) return fault;
  rest.remove_prefix(2);
  const auto dot = rest.find('.');
  const std::string_view minor = rest.substr(0, dot);
  const bool patch_is_number = dot == std::string_view::npos || are_digits(rest.substr(dot + 1));
  if (!are_digits(minor) || minor.size() > 3 || !patch_is_number) return fault;
  KubernetesVersion version;
  std::from_chars(minor.data(), minor.data() + minor.size(), version.minor);
  if (version.minor < KubernetesVersion::kOldest) return fault;
  return version;
}

// "0.001" -> 1000 of a million.
base::Result<unsigned> parse_goaway_chance(std::string_view text) {
  const auto fault = base::fail("'{}' is no such chance; write a number from 0 to 0.02, as 0.001", text);
  const auto dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  std::string fraction(dot == std::string_view::npos ? "0" : text.substr(dot + 1));
  if (!are_digits(whole) || whole.size() > 1 || !are_digits(fraction) || fraction.size() > 6) return fault;
  fraction.resize(6, '0');
  unsigned per_million = 0;
  std::from_chars(fraction.data(), fraction.data() + fraction.size(), per_million);
  per_million += static_cast<unsigned>(whole.front() - '0') * kMillion;
  if (per_million > kMostGoawayPerMillion) return fault;
  return per_million;
}

// Without what a unit, YAML or a shell could take for its own.
bool is_plain_url_character(unsigned char c) {
  return std::isalnum(c) != 0 || std::string_view("-._~:/[]").find(static_cast<char>(c)) != std::string_view::npos;
}

// OpenID Connect discovery 1.0 s3: https, no query, no fragment.
base::Result<std::string> parse_issuer(std::string_view text) {
  constexpr std::string_view kScheme = "https://";
  const bool plain = std::all_of(text.begin(), text.end(), is_plain_url_character);
  if (text.starts_with(kScheme) && text.size() > kScheme.size() && plain) return std::string(text);
  return base::fail("'{}' is no issuer; write a plain URL, as https://kubernetes.default.svc.cluster.local", text);
}

base::Result<std::string> parse_endpoint(std::string_view text) {
  constexpr std::string_view kScheme = "unix://";
  if (!text.starts_with(kScheme)) {
    return base::fail("'{}' is no endpoint of a container runtime; write unix:///run/containerd/containerd.sock", text);
  }
  auto path = parse_plain_path(text.substr(kScheme.size()));
  if (!path) return path;
  return std::string(text);
}

bool is_flag_name(std::string_view name) {
  const auto allowed = [](unsigned char c) { return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '-'; };
  return !name.empty() && name.front() != '-' && std::all_of(name.begin(), name.end(), allowed);
}

// One word of a command line. Its value may hold everything that can be printed: the unit quotes it.
base::Result<std::string> parse_extra_arg(std::string_view text) {
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7f'; });
  if (!printable) return base::fail("an argument holds printable ASCII characters alone; remove the others");
  const std::string_view name = text.substr(0, text.find('='));
  if (!name.starts_with("--") || !is_flag_name(name.substr(2))) {
    return base::fail("'{}' is no flag; write --NAME=VALUE, as --v=4", text);
  }
  return std::string(text);
}

void read_container_runtime(MapReader& in, ContainerRuntime& runtime) {
  in.read("type", runtime.kind, kRuntimeKind);
  in.read("endpoint", runtime.endpoint, parse_endpoint);
  in.read("program", runtime.program, parse_plain_path);
}

void read_etcd(MapReader& in, Etcd& etcd) {
  in.read("quota", etcd.quota, kQuota);
  in.read("initialClusterState", etcd.initial_cluster_state, kInitialClusterState);
}

}  // namespace

void read_kubernetes(MapReader& in, Kubernetes& kubernetes) {
  in.read("version", kubernetes.version, parse_version);
  in.read("binaries", kubernetes.binaries, parse_plain_path);
  in.read("goawayChance", kubernetes.goaway_per_million, parse_goaway_chance);
  in.read("shutdownDelay", kubernetes.shutdown_delay, kShutdownDelay);
  in.read("serviceAccountIssuer", kubernetes.service_account_issuer, parse_issuer);
  in.read("resolvConf", kubernetes.resolv_conf, parse_plain_path);
  in.read_map("containerRuntime", [&](MapReader& map) { read_container_runtime(map, kubernetes.container_runtime); });
  in.read_map("etcd", [&](MapReader& map) { read_etcd(map, kubernetes.etcd); });
  in.read_map("extraArgs", [&](MapReader& map) {
    for (std::size_t i = 0; i < kProgramNames.size(); ++i) {
      map.read_values(kProgramNames.at(i), kubernetes.extra_args.at(i), parse_extra_arg);
    }
  });
}

}  // namespace cluster
