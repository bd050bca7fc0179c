// keepstate-lb doctor as it is run: the program, real TLS servers, a real network of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "lib/base/file_system.h"
#include "lib/base/subprocess.h"
#include "tests/support/network_namespace.h"
#include "tests/support/programs.h"
#include "tests/support/tcp.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tls_server.h"

namespace tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kDoctor = KEEPSTATE_BIN_DIR "/keepstate-lb";

// One listener before one backend; `check` is its healthCheck.
std::string cluster_of(const std::string& listen, const base::SocketAddress& backend, const std::string& check) {
  return "apiVersion: keepstate/v1\nkind: Cluster\nmetadata: {name: doctor}\nspec:\n  loadBalancer:\n    listeners:\n"
         "      - name: api\n        address: " +
         listen + "\n        backends: [{address: '" + backend.to_string() + "'}]\n        healthCheck: " + check +
         "\n";
}

class Doctor : public testing::Test {
 protected:
  struct Report {
    int code = -1;
    nlohmann::json json;
    // "problem: text -> remedy" of the first finding of this check.
    [[nodiscard]] std::string of(const std::string& check) const {
      for (const auto& one : json["findings"]) {
        if (one["check"] != check) continue;
        return one["severity"].get<std::string>() + ": " + one["text"].get<std::string>() + " -> " +
               one["remedy"].get<std::string>();
      }
      return "no finding";
    }
  };
  [[nodiscard]] std::string write(const std::string& yaml) const {
    const auto path = folder_.path() / "cluster.yaml";
    if (!base::write_file(path, yaml, 0644)) throw std::runtime_error("cannot write the file");
    return path.string();
  }
  [[nodiscard]] Report examine(const std::string& yaml) const {
    const auto done = base::run_captured(
        {kDoctor, "doctor", "-c", write(yaml), "--json", "--socket", (folder_.path() / "lb.sock").string()});
    if (!done) throw std::runtime_error(done.error().message);
    return {done->status.value, nlohmann::json::parse(done->out)};
  }

  support::TemporaryFolder folder_;
};

TEST_F(Doctor, FindsTheWrongNameTheNearEndAndTheRefusedHealth) {
  const support::TestCertificates certificates({"10.77.0.1", "elsewhere"});  // they are good for a day
  support::TlsServer server(certificates, [](const std::string&) { return support::http_answer(401, "no"); });
  const Report report =
      examine(cluster_of("127.0.0.1:7443", server.address(), "{type: https, path: /readyz, insecure: true}"));
  EXPECT_EQ(report.code, 1);
  EXPECT_THAT(report.of("backend"), HasSubstr("ok: "));
  EXPECT_THAT(report.of("certificate"), AllOf(HasSubstr("problem: "), HasSubstr("it is not for 127.0.0.1")));
  EXPECT_THAT(report.of("expiry"), AllOf(HasSubstr("problem: "), HasSubstr("within a day")));
  EXPECT_THAT(report.of("health"), AllOf(HasSubstr("problem: "), HasSubstr("--anonymous-auth")));
  EXPECT_THAT(report.of("check"), AllOf(HasSubstr("warning: "), HasSubstr("GET /readyz: 401")));
  EXPECT_THAT(report.of("daemon"), HasSubstr("warning: no daemon serves "));
}

TEST_F(Doctor, FindsTheClosedPort) {
  const Report report = examine(cluster_of("127.0.0.1:7443", support::free_address(), "{type: tcp}"));
  EXPECT_EQ(report.code, 1);
  EXPECT_THAT(report.of("backend"), AllOf(HasSubstr("problem: "), HasSubstr("connecting: Connection refused")));
  EXPECT_THAT(report.of("check"), HasSubstr("problem: "));
  EXPECT_EQ(report.of("certificate"), "no finding");
}

TEST_F(Doctor, FindsAGoodServerFine) {
  const auto programs = support::Programs::in(KEEPSTATE_BIN_DIR);
  ASSERT_TRUE(programs) << programs.error().message;
  const std::string for_pki = R"(apiVersion: keepstate/v1
kind: Cluster
metadata: {name: doctor}
spec:
  controlPlaneEndpoint: kubernetes.test.home.arpa:6443
  networking: {podSubnet: 10.100.0.0/16, serviceSubnet: 10.32.0.0/24}
  loadBalancer: {vip: 127.0.0.1}
  machines: [{name: controller-0, role: control-plane, address: 127.0.0.11}]
)";
  const auto files = programs->make_certificates(write(for_pki), folder_.path() / "pki");
  ASSERT_TRUE(files) << files.error().message;
  const auto server = programs->start_api_server("api-0", *base::SocketAddress::parse("127.0.0.1:0"), *files);
  ASSERT_TRUE(server) << server.error().message;
  const std::string check = "{type: https, path: /readyz, caFile: '" + files->ca().string() + "'}";
  const Report report = examine(cluster_of("127.0.0.1:7443", server->address, check));
  for (const char* name : {"backend", "certificate", "expiry", "health", "check", "address", "idle", "deadline"}) {
    EXPECT_THAT(report.of(name), HasSubstr("ok: "));
  }
  EXPECT_EQ(report.code, report.json["problems"] == 0 ? 0 : 1);
}

TEST_F(Doctor, FindsTheOtherHostThatHasTheAddressToo) {
  if (!support::may_have_own_network()) GTEST_SKIP() << "needs Linux and root for a network of its own";
  support::in_own_network([this] {
    const auto other = support::NetworkNamespace::make();
    support::run_tool(
        {"ip", "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", other.path().c_str()});
    support::run_tool({"ip", "addr", "add", "10.77.0.1/24", "dev", "near"});
    support::run_tool({"ip", "link", "set", "near", "up"});
    const std::string yaml = cluster_of("10.77.0.1:6443", *base::SocketAddress::parse("10.77.0.2:6443"), "{type: tcp}");
    {
      const support::Visit there(other);
      support::run_tool({"ip", "addr", "add", "10.77.0.2/24", "dev", "far"});
      support::run_tool({"ip", "link", "set", "far", "up"});
    }
    const Report alone = examine(yaml);
    EXPECT_THAT(alone.of("address"), HasSubstr("ok: "));
    EXPECT_THAT(alone.of("duplicate"), HasSubstr("ok: no other host answers"));
    {
      const support::Visit there(other);
      support::run_tool({"ip", "addr", "add", "10.77.0.1/24", "dev", "far"});
    }
    EXPECT_THAT(examine(yaml).of("duplicate"), AllOf(HasSubstr("problem: "), HasSubstr(" on near answers for it too")));
    support::run_tool({"ip", "addr", "del", "10.77.0.1/24", "dev", "near"});
    EXPECT_THAT(examine(yaml).of("address"), AllOf(HasSubstr("problem: "), HasSubstr("ip addr add 10.77.0.1/32")));
  });
}

TEST_F(Doctor, TellsPeopleTheSameAndProgramsWhatTheyDidWrong) {
  const std::string yaml = cluster_of("127.0.0.1:7443", support::free_address(), "{type: tcp}");
  const auto told = base::run_captured({kDoctor, "doctor", "-c", write(yaml), "--socket", "none"});
  ASSERT_TRUE(told);
  EXPECT_EQ(told->status.value, 1);
  EXPECT_THAT(told->out,
              AllOf(HasSubstr("problem  backend "), HasSubstr("-> nc -vz 127.0.0.1 "), HasSubstr(" problems, ")));
  const auto wrong = base::run_captured({kDoctor, "doctor"});
  ASSERT_TRUE(wrong);
  EXPECT_EQ(wrong->status.value, 2);
  const auto broken = base::run_captured({kDoctor, "doctor", "-c", write("kind: Cluster\n")});
  ASSERT_TRUE(broken);
  EXPECT_EQ(broken->status.value, 2);
  EXPECT_EQ(broken->out, "");
}

}  // namespace
}  // namespace tests
