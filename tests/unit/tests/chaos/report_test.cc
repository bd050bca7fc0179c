#include "tests/chaos/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tests::chaos {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Report sample(const std::string& subject) {
  return {subject,
          "chaos",
          7,
          {{"new connections", "12"}, {"longest", "1.25 s"}},
          {"a session hung"},
          {"3 during SIGSTOP: timed out"}};
}

TEST(ChaosReport, SurvivesJson) {
  const auto parsed = parse_report(json_of(sample("lb")));
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(json_of(*parsed), json_of(sample("lb")));
  EXPECT_EQ(parsed->seed, 7U);
  EXPECT_THAT(parsed->broken, ElementsAre("a session hung"));
}

TEST(ChaosReport, RefusesWhatIsNone) {
  for (const char* text : {"", "{}", "[1]", R"({"subject": 1})"}) {
    const auto parsed = parse_report(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error().message, HasSubstr("no report of keepstate-chaos"));
  }
}

TEST(ChaosReport, SaysWhatIsBroken) {
  EXPECT_THAT(text_of(sample("lb")), HasSubstr("BROKEN: a session hung"));
  EXPECT_THAT(text_of(sample("lb")), HasSubstr("failed: 3 during SIGSTOP: timed out"));
}

TEST(ChaosReport, StandsSideBySideInATable) {
  EXPECT_EQ(table_of({sample("lb"), sample("HAProxy")}),
            "| | lb | HAProxy |\n|---|---|---|\n| new connections | 12 | 12 |\n| longest | 1.25 s | 1.25 s |\n");
  EXPECT_EQ(table_of({}), "");
}

TEST(ChaosReport, TellsTimesAndDescriptorsAsPeopleDo) {
  EXPECT_EQ(in_words(std::chrono::microseconds{1234}), "1.2 ms");
  EXPECT_EQ(in_words(std::chrono::milliseconds{2500}), "2.50 s");
  Measures measures;
  measures.before = {2048, 40, 0};
  measures.after = {2048, 50, 10};
  const auto rows = rows_of(measures);
  EXPECT_EQ(rows[rows.size() - 3].value, "2.0 MiB");
  EXPECT_EQ(rows[rows.size() - 2].value, "40");
  EXPECT_EQ(rows[rows.size() - 1].value, "40 (and 10 kept for reuse)");
}

}  // namespace
}  // namespace tests::chaos
