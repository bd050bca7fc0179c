#include "provisioner/command/machines_txt.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <vector>

#include "lib/cluster/scalar.h"

namespace provisioner::command {
namespace {

struct Row {
  base::IpAddress address;
  std::string domain;
  std::string host;
  std::optional<base::IpNetwork> pods;
};

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

base::Result<Row> parse_row(const std::vector<std::string>& words) {
  if (words.size() < 3 || words.size() > 4) {
    return base::fail(
        "a line is `ADDRESS FQDN HOST`, or `ADDRESS FQDN HOST POD-NETWORK` of a worker; this one has {} words",
        words.size());
  }
  Row row;
  auto address = cluster::parse_unicast(words[0]);
  if (!address) return base::Failure(address.error());
  auto host = cluster::parse_label(words[2]);
  if (!host) return base::Failure(host.error());
  if (!words[1].starts_with(words[2] + ".")) {
    return base::fail("'{}' is not the host '{}' with a domain behind it", words[1], words[2]);
  }
  auto domain = cluster::parse_domain(std::string_view(words[1]).substr(words[2].size() + 1));
  if (!domain) return base::Failure(domain.error());
  row = {*address, *std::move(domain), *std::move(host), std::nullopt};
  if (words.size() == 3) return row;
  auto pods = cluster::parse_network(words[3]);
  if (!pods) return base::Failure(pods.error());
  row.pods = *pods;
  return row;
}

// The smallest network that holds all of them, for a file to begin with.
template <class Networks>
std::optional<base::IpNetwork> around_all(const Networks& networks) {
  std::optional<base::IpNetwork> around;
  for (const base::IpNetwork& one : networks) {
    if (!around) around = one;
    while (!around->contains(one) && around->prefix_length() > 0) {
      around = base::IpNetwork::around(around->address(), around->prefix_length() - 1);
    }
  }
  return around;
}

std::optional<base::IpNetwork> pod_subnet_of(const std::vector<Row>& rows) {
  std::vector<base::IpNetwork> pods;
  for (const Row& row : rows) {
    if (row.pods) pods.push_back(*row.pods);
  }
  return around_all(pods);
}

std::string yaml_of(const std::vector<Row>& rows, std::string_view name) {
  const std::string& domain = rows.front().domain;
  const auto pods = pod_subnet_of(rows);
  std::string yaml = fmt::format(
      "# Made of {} by keepstate-provisioner import. Fill in every \"???\", then: keepstate-provisioner check "
      "-c FILE\n"
      "apiVersion: keepstate/v1\nkind: Cluster\nspec:\n  domain: {}\n  controlPlaneEndpoint: kubernetes.{}:6443\n"
      "  networking: {{podSubnet: {}, serviceSubnet: 10.32.0.0/24}}\n"
      "  nodeNetwork: {{cidr: \"???\", gateway: \"???\", bridge: \"???\", uplink: \"???\"}}\n"
      "  loadBalancer:\n    vip: \"???\"\n    listeners: [{{name: kube-apiserver}}]\n  machines:\n",
      name, domain, domain, pods ? pods->to_string() : "\"???\"");
  for (const Row& row : rows) {
    yaml +=
        fmt::format("    - {{name: {}, role: {}, address: '{}'{}}}\n", row.host, row.pods ? "worker" : "control-plane",
                    row.address.to_string(), row.pods ? fmt::format(", podCIDR: '{}'", row.pods->to_string()) : "");
  }
  return yaml;
}

}  // namespace

base::Result<std::string> cluster_yaml_of(std::string_view machines_txt, std::string_view name) {
  std::istringstream in{std::string(machines_txt)};
  std::vector<Row> rows;
  std::string faults;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const auto words = words_of(line);
    if (words.empty() || words.front().starts_with('#')) continue;
    auto row = parse_row(words);
    if (row && !rows.empty() && row->domain != rows.front().domain) {
      row = base::fail("the domain is '{}', but '{}' in the lines before; a cluster has one", row->domain,
                       rows.front().domain);
    }
    if (row)
      rows.push_back(*std::move(row));
    else
      faults += fmt::format("{}{}:{}: {}", faults.empty() ? "" : "\n", name, number, row.error().message);
  }
  if (!faults.empty()) return base::fail("{}", faults);
  if (rows.empty())
    return base::fail("{}: there is no machine in it; a line is `ADDRESS FQDN HOST [POD-NETWORK]`", name);
  return yaml_of(rows, name);
}

}  // namespace provisioner::command
