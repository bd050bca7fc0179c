#include "lb/access_log/lines.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/lb/access_log/some_record.h"

namespace lb::access_log {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kTime = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + 17h + 11min + 27s + 123ms + 999us;

std::string line(cluster::AccessLogFormat format, const Record& record, WallTime time = kTime) {
  std::string text;
  Lines(format).append(text, record, time);
  return text;
}

TEST(Lines, AreLogfmt) {
  EXPECT_EQ(line(cluster::AccessLogFormat::kLogfmt, some_record()),
            "time=2026-11-23T17:11:27.123Z event=closed listener=kube-apiserver client=192.0.2.7:50000 "
            "backend=controller-1 tries=2 cause=finished to_backend=517 to_client=4096 connect_ms=0.412 "
            "first_byte_ms=1.204 total_ms=90000.007\n");
}

TEST(Lines, AreJson) {
  const std::string text = line(cluster::AccessLogFormat::kJson, some_record());
  EXPECT_EQ(text,
            R"({"time":"2026-11-23T17:11:27.123Z","event":"closed","listener":"kube-apiserver",)"
            R"("client":"192.0.2.7:50000","backend":"controller-1","tries":2,"cause":"finished","to_backend":517,)"
            R"("to_client":4096,"connect_ms":0.412,"first_byte_ms":1.204,"total_ms":90000.007})"
            "\n");
  EXPECT_EQ(nlohmann::json::parse(text)["total_ms"], 90000.007);
}

TEST(Lines, SayWhatThereIsNotOfASessionThatGotNoBackend) {
  Record record = some_record();
  record.backend = {};
  record.cause = "no_backend";
  record.connected.reset();
  record.first_byte.reset();
  const std::string logfmt = line(cluster::AccessLogFormat::kLogfmt, record);
  EXPECT_NE(logfmt.find(" backend=- tries=2 cause=no_backend "), std::string::npos) << logfmt;
  EXPECT_NE(logfmt.find(" connect_ms=- first_byte_ms=- "), std::string::npos) << logfmt;
  const auto json = nlohmann::json::parse(line(cluster::AccessLogFormat::kJson, record));
  EXPECT_TRUE(json["backend"].is_null());
  EXPECT_TRUE(json["connect_ms"].is_null());
  EXPECT_TRUE(json["first_byte_ms"].is_null());
}

TEST(Lines, SayWhatASessionIsAbout) {
  Record record = some_record();
  record.cause = {};
  record.client = *base::SocketAddress::parse("[2001:db8::1]:50000");
  record.event = Record::Event::kConnected;
  const auto connected = nlohmann::json::parse(line(cluster::AccessLogFormat::kJson, record));
  EXPECT_EQ(connected["event"], "connected");
  EXPECT_EQ(connected["client"], "[2001:db8::1]:50000");
  EXPECT_TRUE(connected["cause"].is_null());
  record.event = Record::Event::kOpen;
  const std::string open = line(cluster::AccessLogFormat::kLogfmt, record);
  EXPECT_NE(open.find(" event=open "), std::string::npos) << open;
  EXPECT_NE(open.find(" cause=- "), std::string::npos) << open;
}

TEST(Lines, KeepUpWithTheClock) {
  Lines lines(cluster::AccessLogFormat::kLogfmt);
  std::string text;
  for (const std::chrono::milliseconds later : {0ms, 1ms, 876ms, 877ms, 2000ms}) {
    text.clear();
    lines.append(text, some_record(), std::chrono::floor<std::chrono::milliseconds>(kTime) + later);
    const auto expected = later == 0ms     ? "17:11:27.123Z "
                          : later == 1ms   ? "17:11:27.124Z "
                          : later == 876ms ? "17:11:27.999Z "
                          : later == 877ms ? "17:11:28.000Z "
                                           : "17:11:29.123Z ";
    EXPECT_EQ(text.substr(5 + 11, 14), expected);
  }
}

TEST(Name, IsCutWhereItIsTooLong) {
  EXPECT_EQ(Name(std::string(63, 'a')).text(), std::string(63, 'a'));
  EXPECT_EQ(Name(std::string(64, 'a')).text(), std::string(63, 'a'));
  EXPECT_EQ(Name().text(), "");
}

}  // namespace
}  // namespace lb::access_log
