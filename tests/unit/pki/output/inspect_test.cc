#include "pki/output/inspect.h"

#include <gmock/gmock.h>

#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/pki/crypto/sample_keys.h"
#include "tests/unit/pki/output/made_pki.h"

namespace pki::output {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using tests::support::content_of;
using tests::support::put;

class InspectTest : public testing::Test {
 protected:
  InspectTest() { make_pki(scratch_.path(), plan::spec_for(sample_cluster()).value()); }

  [[nodiscard]] std::string said_of(const char* file, std::chrono::sys_seconds now = kNow) const {
    const auto said = inspect_file(scratch_.path() / file, now);
    return said ? *said : said.error().message;
  }

  tests::support::TemporaryFolder scratch_;
};

TEST_F(InspectTest, TellsOfCertificates) {
  EXPECT_THAT(said_of("kubernetes.pem"),
              AllOf(HasSubstr("subject     CN=kubernetes\n"), HasSubstr("issuer      CN=Kubernetes,O=Kubernetes\n"),
                    HasSubstr("2026-11-23 11:55:00 UTC to 2027-11-23 12:00:00 UTC: 365 days left\n"),
                    HasSubstr("use         server and client\n"), HasSubstr("10.32.0.1, 127.0.0.1\n"),
                    HasSubstr("key         ECDSA P-256\n")));
  EXPECT_THAT(said_of("ca.pem"), HasSubstr("use         signs certificates\n"));
  EXPECT_THAT(said_of("service-account.pem"), HasSubstr("neither server nor client"));
  EXPECT_THAT(said_of("admin.pem", kNow + std::chrono::days(367)), HasSubstr(": ended 2 days ago\n"));
  EXPECT_THAT(said_of("admin.pem", kNow - std::chrono::days(1)), HasSubstr(": not yet\n"));
}

TEST_F(InspectTest, TellsOfEachAuthorityInAFile) {
  put(scratch_.path() / "two.pem", content_of(scratch_.path() / "ca.pem") + content_of(scratch_.path() / "admin.pem"));
  EXPECT_THAT(said_of("two.pem"),
              AllOf(HasSubstr("CN=Kubernetes,O=Kubernetes"), HasSubstr("CN=admin,O=system:masters")));
}

TEST_F(InspectTest, TellsOfKeysWithoutShowingThem) {
  const std::string pem = content_of(scratch_.path() / "admin-key.pem");
  EXPECT_THAT(said_of("admin-key.pem"), AllOf(HasSubstr("private key\n  key         ECDSA P-256\n"),
                                              HasSubstr("public half SHA-256 "), Not(HasSubstr(pem.substr(40, 20)))));
  put(scratch_.path() / "locked.pem", crypto::kLockedKey);
  EXPECT_THAT(said_of("locked.pem"), HasSubstr("private key under a passphrase\n"));
}

TEST_F(InspectTest, TellsOfKubeconfigsAndEncryption) {
  EXPECT_THAT(said_of("worker-0.kubeconfig"),
              AllOf(HasSubstr("server      https://10.10.0.1:6443\n"), HasSubstr("CN=system:node:worker-0"),
                    HasSubstr("it trusts\n"), Not(HasSubstr("LS0tLS1CRUdJTi"))));
  const std::string encryption = content_of(scratch_.path() / "encryption-config.yaml");
  const std::string secret = encryption.substr(encryption.find("secret: ") + 8, 20);
  EXPECT_THAT(said_of("encryption-config.yaml"),
              AllOf(HasSubstr("writes by   secretbox key1\n"), HasSubstr("identity"), Not(HasSubstr(secret))));
}

TEST_F(InspectTest, SaysWhatIsWrong) {
  put(scratch_.path() / "note.txt", "hello");
  EXPECT_THAT(said_of("note.txt"), HasSubstr("note.txt: it is neither a certificate nor a private key"));
  EXPECT_THAT(said_of("nothing"), HasSubstr("No such file"));
  const std::string pem = content_of(scratch_.path() / "admin.pem");
  put(scratch_.path() / "half.pem", pem.substr(0, pem.size() / 2));
  EXPECT_THAT(said_of("half.pem"), HasSubstr("half.pem: it is not a whole certificate"));
}

}  // namespace
}  // namespace pki::output
