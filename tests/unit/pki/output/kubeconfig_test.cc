#include "pki/output/kubeconfig.h"

#include <gmock/gmock.h>

namespace pki::output {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Kubeconfig sample_kubeconfig() {
  return {"hard-way", "default", "https://10.10.0.1:6443",   "system:node:worker-0",
          "CA\n",     "CERT\n",  crypto::SecretText("KEY\n")};
}

std::string kubeconfig_sample_text() {
  return std::string(write_kubeconfig(sample_kubeconfig()).view());
}

std::string kubeconfig_with(const std::string& from, const std::string& to) {
  std::string text = kubeconfig_sample_text();
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string kubeconfig_error(const std::string& text) {
  const auto read = read_kubeconfig(text);
  return read ? "" : read.error().message;
}

TEST(Kubeconfig, WritesWhatKubectlWrites) {
  EXPECT_EQ(kubeconfig_sample_text(), R"(apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: Q0EK
    server: https://10.10.0.1:6443
  name: hard-way
contexts:
- context:
    cluster: hard-way
    user: system:node:worker-0
  name: default
current-context: default
kind: Config
preferences: {}
users:
- name: system:node:worker-0
  user:
    client-certificate-data: Q0VSVAo=
    client-key-data: S0VZCg==
)");
}

TEST(Kubeconfig, ReadsWhatItWrote) {
  const auto read = read_kubeconfig(kubeconfig_sample_text());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->cluster, "hard-way");
  EXPECT_EQ(read->context, "default");
  EXPECT_EQ(read->server, "https://10.10.0.1:6443");
  EXPECT_EQ(read->user, "system:node:worker-0");
  EXPECT_EQ(read->ca_pem, "CA\n");
  EXPECT_EQ(read->certificate_pem, "CERT\n");
  EXPECT_EQ(read->key_pem.view(), "KEY\n");
  EXPECT_EQ(write_kubeconfig(*read).view(), kubeconfig_sample_text());
}

TEST(Kubeconfig, ReadsItInAnyOrderAndQuoted) {
  EXPECT_EQ(kubeconfig_error(kubeconfig_with("kind: Config\npreferences: {}\n", "kind: \"Config\"\n")), "");
}

TEST(Kubeconfig, RefusesWhatWouldBeLost) {
  EXPECT_THAT(kubeconfig_error(kubeconfig_with("    client-key-data: S0VZCg==\n",
                                               "    token: hush\n    client-key-data: S0VZCg==\n")),
              AllOf(StartsWith("line 19: 'users/0/user/token' is not known here"), HasSubstr("--flatten"),
                    Not(HasSubstr("hush"))));
  EXPECT_THAT(kubeconfig_error(kubeconfig_with("contexts:", "- cluster:\n    server: https://b\n  name: b\ncontexts:")),
              StartsWith("line 8: 'clusters/1/cluster/server' is not known here"));
  EXPECT_THAT(kubeconfig_error(kubeconfig_with("client-key-data: S0VZCg==", "client-key: /etc/key.pem")),
              StartsWith("line 19: 'users/0/user/client-key' is not known here"));
}

TEST(Kubeconfig, RefusesWhatIsNotWhole) {
  EXPECT_THAT(kubeconfig_error(kubeconfig_with("    server: https://10.10.0.1:6443\n", "")),
              HasSubstr("'clusters/0/cluster/server' is mis"));
  EXPECT_THAT(kubeconfig_error(kubeconfig_with("Q0VSVAo=", "")),
              StartsWith("line 18: 'users/0/user/client-certificate-data' is missing"));
  EXPECT_THAT(kubeconfig_error(""), StartsWith("line 1: "));
  EXPECT_THAT(kubeconfig_error(kubeconfig_with("kind: Config", "kind: Cluster")),
              HasSubstr("is 'Cluster' and not 'Config'"));
  EXPECT_THAT(kubeconfig_error(kubeconfig_with("current-context: default", "current-context: other")),
              StartsWith("line 12: 'current-context' names 'other'"));
}

TEST(Kubeconfig, RefusesADamagedKeyAndShowsNothingOfIt) {
  EXPECT_THAT(kubeconfig_error(kubeconfig_with("S0VZCg==", "S0VZ*g==")),
              AllOf(StartsWith("line 19: 'users/0/user/client-key-data': it is not base64"), HasSubstr("; put back"),
                    Not(HasSubstr("S0VZ"))));
  const std::string text = kubeconfig_sample_text();
  for (std::size_t size = 0; size + 1 < text.size(); ++size)
    EXPECT_FALSE(read_kubeconfig(text.substr(0, size))) << size;
}

}  // namespace
}  // namespace pki::output
