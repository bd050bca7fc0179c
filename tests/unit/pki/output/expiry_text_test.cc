#include "pki/output/expiry_text.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/unit/pki/sample_cluster.h"

namespace pki::output {
namespace {

using plan::Expiry;
using plan::ExpiryState;
using std::chrono::days;
using testing::HasSubstr;

std::vector<Expiry> three() {
  return {{"ca.pem", "certificate authority", "CN=Kubernetes", ExpiryState::kValid, kNow - days(1), kNow + days(3650)},
          {"admin.pem", "administrator", "CN=a\"b\\c", ExpiryState::kEnded, kNow - days(400), kNow - days(35)},
          {"worker-0.pem", "kubelet of worker-0", "", ExpiryState::kMissing, {}, {}}};
}

TEST(ExpiryText, IsATable) {
  EXPECT_EQ(expiry_table(three(), kNow),
            "FILE          STATE    ENDS        LEFT          SUBJECT\n"
            "ca.pem        valid    2036-11-20  in 3650 days  CN=Kubernetes\n"
            "admin.pem     ended    2026-10-19  35 days ago   CN=a\"b\\c\n"
            "worker-0.pem  missing                            kubelet of worker-0\n");
}

TEST(ExpiryText, ALeftOverIsToldAndNoAlarm) {
  auto rows = three();
  rows.push_back({"worker-9.pem", "nobody in cluster.yaml", "CN=system:node:worker-9", ExpiryState::kLeftOver,
                  kNow - days(1), kNow + days(9)});
  EXPECT_THAT(expiry_table(rows, kNow), HasSubstr("worker-9.pem  left over  2026-12-02  in 9 days"));
  const std::string metrics = expiry_metrics(rows, kNow);
  EXPECT_THAT(metrics, HasSubstr("\nkeepstate_pki_certificates_left_over 1\n"));
  EXPECT_THAT(metrics, testing::Not(HasSubstr("worker-9")));
}

TEST(ExpiryText, IsJson) {
  const auto json = nlohmann::json::parse(expiry_json(three(), kNow, days(30)));
  EXPECT_EQ(json["now"], "2026-11-23T12:00:00.000Z");
  EXPECT_EQ(json["withinSeconds"], 30 * 86400);
  ASSERT_EQ(json["certificates"].size(), 3U);
  const auto& admin = json["certificates"][1];
  EXPECT_EQ(admin["file"], "admin.pem");
  EXPECT_EQ(admin["state"], "ended");
  EXPECT_EQ(admin["subject"], "CN=a\"b\\c");
  EXPECT_EQ(admin["notAfter"], "2026-10-19T12:00:00.000Z");
  EXPECT_EQ(admin["secondsLeft"], -35 * 86400);
  EXPECT_FALSE(json["certificates"][2].contains("notAfter"));
}

TEST(ExpiryText, JsonHoldsWhateverACertificateSays) {
  auto rows = three();
  rows[0].subject = "CN=\xff";
  EXPECT_FALSE(nlohmann::json::parse(expiry_json(rows, kNow, days(30)), nullptr, false).is_discarded());
}

TEST(ExpiryText, IsPrometheusText) {
  const std::string text = expiry_metrics(three(), kNow);
  EXPECT_THAT(text, HasSubstr("# TYPE keepstate_pki_certificate_not_after_timestamp_seconds gauge\n"
                              "keepstate_pki_certificate_not_after_timestamp_seconds{file=\"ca.pem\","
                              "subject=\"CN=Kubernetes\"} 2110795200\n"));
  EXPECT_THAT(text, HasSubstr("{file=\"admin.pem\",subject=\"CN=a\\\"b\\\\c\"} "));
  EXPECT_THAT(text, HasSubstr("\nkeepstate_pki_files_missing 1\n"));
  EXPECT_THAT(text, HasSubstr("\nkeepstate_pki_check_timestamp_seconds 1795435200\n"));
  EXPECT_THAT(text, testing::Not(HasSubstr("worker-0")));
}

}  // namespace
}  // namespace pki::output
