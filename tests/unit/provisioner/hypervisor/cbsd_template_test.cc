#include "provisioner/hypervisor/cbsd_template.h"

#include <gmock/gmock.h>

#include "lib/base/file_system.h"
#include "lib/base/subprocess.h"
#include "lib/cluster/cluster_file.h"
#include "provisioner/cloud_init/yaml_text.h"
#include "tests/support/temporary_folder.h"

namespace provisioner::hypervisor {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The case of CBSD's own script that makes meta-data, and one more place with such a line.
constexpr std::string_view kScriptOfCbsd =
    "show() {\n\tcase \"${_source}\" in\n"
    "\t\tmeta-data)\n"
    "\t\t\t[ -r ${_tpldir}/${_source} ] && ${SED_CMD} -e \"s:%%ci_jname%%:${ci_jname}:g\" \\\n"
    "\t\t\t-e \"s:%%ci_fqdn%%:${ci_fqdn}:g\" \\\n"
    "\t\t\t-e \"s:%%ci_pubkey%%:${_keytest}:g\" \\\n"
    "\t\t\t${_tpldir}/${_source}\n"
    "\t\t\t;;\n\tesac\n"
    "}\n";

class CbsdTemplateTest : public ::testing::Test {
 protected:
  CbsdTemplateTest() {
    for (const auto& file : cbsd_template(cluster_)) {
      put(scratch_.path() / file.path, file.file.content);
      files_[file.path.filename().string()] = file.file.content;
    }
  }
  static void put(const std::filesystem::path& path, std::string_view text) {
    std::filesystem::create_directories(path.parent_path());
    ASSERT_TRUE(base::write_file(path, text, 0644));
  }
  [[nodiscard]] std::filesystem::path script() const { return scratch_.path() / "cbsd/modules/bsdconf.d/cloudinit"; }
  [[nodiscard]] base::Output install() const {
    return base::run_captured(
               {"sh", (scratch_.path() / "cbsd-template/install.sh").string(), (scratch_.path() / "cbsd").string()})
        .value();
  }
  // As CBSD's script replaces it.
  static std::string filled(std::string text) {
    const std::pair<const char*, const char*> values[] = {
        {"%%ci_jname%%", "worker-0"},           {"%%ci_login%%", "keepstate"},
        {"%%ci_pubkey%%", "ssh-ed25519 AAAA"},  {"%%ci_pod_cidr%%", "10.100.0.0/24"},
        {"%%ci_ip4_addr%%", "10.10.0.21/24"},   {"%%ci_gw4%%", "10.10.0.254"},
        {"%%ci_interface_name%%", "eth0"},      {"%%ci_nameserver_address%%", "10.10.0.254"},
        {"%%ci_nameserver_search%%", "x.arpa"}, {"%%ci_shell%%", "/bin/sh"}};
    for (const auto& [name, value] : values) {
      for (auto at = text.find(name); at != std::string::npos; at = text.find(name)) {
        text.replace(at, std::string_view(name).size(), value);
      }
    }
    return text;
  }
  [[nodiscard]] std::string network_config() const {
    return filled(files_.at("10-network-config") + files_.at("20-network-config-interface") +
                  files_.at("30-network-config-static") + files_.at("40-network-config"));
  }

  cluster::Cluster cluster_ = cluster::load_cluster(KEEPSTATE_SOURCE_DIR "/configs/cluster.yaml").value().cluster;
  tests::support::TemporaryFolder scratch_;
  std::map<std::string, std::string> files_;
};

TEST_F(CbsdTemplateTest, GivesThePodsNetworkInMetaData) {
  EXPECT_THAT(files_.at("meta-data"), HasSubstr("pod-cidr: %%ci_pod_cidr%%\n"));
  EXPECT_EQ(filled(files_.at("meta-data")),
            "instance-id: worker-0\nlocal-hostname: worker-0\npod-cidr: 10.100.0.0/24\n");
}

TEST_F(CbsdTemplateTest, NamesNoVariableThatCbsdDoesNotFill) {
  for (const auto& [name, text] : files_) {
    if (name == "install.sh") continue;
    EXPECT_THAT(filled(text), Not(HasSubstr("%%"))) << name;
  }
}

TEST_F(CbsdTemplateTest, PartsAreOneNetworkConfiguration) {
  const std::string generate = std::filesystem::exists("/usr/libexec/netplan/generate")
                                   ? "/usr/libexec/netplan/generate"
                                   : "/usr/lib/netplan/generate";
  if (!std::filesystem::exists(generate)) GTEST_SKIP() << "needs netplan.io";
  put(scratch_.path() / "root/etc/netplan/50.yaml", "network:\n" + cloud_init::indented(network_config(), 2));
  const auto made = base::run_captured({generate, "--root-dir", (scratch_.path() / "root").string()});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_TRUE(made->status.ok()) << made->err << network_config();
  const auto network = base::read_file(scratch_.path() / "root/run/systemd/network/10-netplan-eth0.network");
  ASSERT_TRUE(network) << network.error().message;
  for (const char* line : {"Address=10.10.0.21/24", "Gateway=10.10.0.254", "DNS=10.10.0.254", "Domains=x.arpa"}) {
    EXPECT_THAT(*network, HasSubstr(line));
  }
}

TEST_F(CbsdTemplateTest, PartsAreOneCloudConfig) {
  const auto found = base::run_captured({"sh", "-c", "command -v cloud-init"});
  if (!found || !found->status.ok()) GTEST_SKIP() << "needs cloud-init";
  put(scratch_.path() / "user-data", filled(files_.at("10-user-data") + files_.at("20-user-data-user-lockpassword")));
  const auto checked =
      base::run_captured({"cloud-init", "schema", "--config-file", (scratch_.path() / "user-data").string()});
  ASSERT_TRUE(checked) << checked.error().message;
  EXPECT_TRUE(checked->status.ok()) << checked->out << checked->err;
}

TEST_F(CbsdTemplateTest, AddsItsLineToTheScriptOnce) {
  put(script(), kScriptOfCbsd);
  const auto first = install();
  EXPECT_TRUE(first.status.ok()) << first.err;
  EXPECT_THAT(first.out, HasSubstr("changed "));
  EXPECT_THAT(base::read_file(script()).value(), HasSubstr("\t\t\t-e \"s:%%ci_fqdn%%:${ci_fqdn}:g\" \\\n"
                                                           "\t\t\t-e \"s#%%ci_pod_cidr%%#${ci_pod_cidr}#g\" \\\n"
                                                           "\t\t\t-e \"s:%%ci_pubkey%%:${_keytest}:g\" \\\n"));
  EXPECT_TRUE(std::filesystem::exists(script().parent_path() / "cloud-tpl/keepstate/30-network-config-static"));
  const auto second = install();
  EXPECT_TRUE(second.status.ok()) << second.err;
  EXPECT_EQ(second.out, "");
  EXPECT_TRUE(base::run_captured({"sh", "-n", script().string()})->status.ok());
}

TEST_F(CbsdTemplateTest, LeavesAScriptAloneThatItDoesNotKnow) {
  put(script(), "something else\n");
  const auto output = install();
  EXPECT_FALSE(output.status.ok());
  EXPECT_THAT(output.err, HasSubstr("is not as it was in CBSD 14.1"));
  EXPECT_EQ(base::read_file(script()).value(), "something else\n");
  EXPECT_FALSE(std::filesystem::exists(script().parent_path() / "cloud-tpl"));
}

TEST_F(CbsdTemplateTest, LeavesOutWhatTheClusterDoesNotHave) {
  cluster_.node_network->gateway = {};
  cluster_.domain.clear();
  for (const auto& file : cbsd_template(cluster_)) {
    EXPECT_THAT(file.file.content, Not(HasSubstr("routes")));
    EXPECT_THAT(file.file.content, Not(HasSubstr("search")));
  }
}

}  // namespace
}  // namespace provisioner::hypervisor
