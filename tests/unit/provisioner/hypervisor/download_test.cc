#include "provisioner/hypervisor/download.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/provisioner/hypervisor/file_server.h"

namespace provisioner::hypervisor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using tests::support::content_of;

std::string numbers(std::size_t size, char first) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text += first + std::to_string(i);
  return text.substr(0, size);
}

class DownloadTest : public ::testing::Test {
 protected:
  DownloadTest() { ::setenv("no_proxy", "127.0.0.1", 1); }

  base::Result<void> get(const std::string& url) {
    return download(url, file_,
                    {.moved = [this](std::uint64_t bytes, std::uint64_t total) { moves_.emplace_back(bytes, total); },
                     .is_interrupted = [this] { return interrupted_ || moves_.size() > allowed_moves_; },
                     .rest = [this](std::chrono::milliseconds time) { rests_.push_back(time.count()); },
                     .silence = std::chrono::seconds{10}});
  }
  [[nodiscard]] std::string got() const { return content_of(part_of(file_)); }

  tests::support::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "image";
  std::string content_ = numbers(500'000, 'a');
  std::vector<std::pair<std::uint64_t, std::uint64_t>> moves_;
  std::vector<long> rests_;
  bool interrupted_ = false;
  std::size_t allowed_moves_ = 1'000'000;
};

TEST_F(DownloadTest, BringsAFile) {
  FileServer server({.content = content_});
  const auto done = get(server.url());
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(got(), content_);
  EXPECT_THAT(server.requests(), SizeIs(1));
  EXPECT_THAT(server.requests().front(), Not(HasSubstr("Range")));
  EXPECT_EQ(moves_.back(), std::make_pair(std::uint64_t{500'000}, std::uint64_t{500'000}));
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(DownloadTest, GoesOnWhereAConnectionWasCut) {
  FileServer server({.content = content_, .cut_after = {200'000, 100'000}});
  ASSERT_TRUE(get(server.url()));
  EXPECT_EQ(got(), content_);
  ASSERT_THAT(server.requests(), SizeIs(3));
  EXPECT_THAT(server.requests()[1], HasSubstr("\r\nRange: bytes=200000-\r\n"));
  EXPECT_THAT(server.requests()[1], HasSubstr("\r\nIf-Range: \"one\"\r\n"));
  EXPECT_THAT(server.requests()[2], HasSubstr("\r\nRange: bytes=300000-\r\n"));
  EXPECT_THAT(rests_, IsEmpty());  // each of them brought something
  EXPECT_EQ(moves_.back(), std::make_pair(std::uint64_t{500'000}, std::uint64_t{500'000}));
}

TEST_F(DownloadTest, GoesOnWithWhatAnEarlierRunLeft) {
  FileServer server({.content = content_, .cut_after = {200'000}});
  allowed_moves_ = 0;  // interrupted by the first byte
  EXPECT_THAT(get(server.url()).error().message, HasSubstr("interrupted"));
  const std::size_t before = got().size();
  allowed_moves_ = 1'000'000;
  ASSERT_TRUE(get(server.url()));
  EXPECT_EQ(got(), content_);
  EXPECT_EQ(before > 0, server.requests().back().find("Range") != std::string::npos);
}

TEST_F(DownloadTest, BeginsAnewWhenTheFileHasChanged) {
  FileServer server({.content = content_, .cut_after = {200'000, 0, 0, 0, 0}});
  EXPECT_FALSE(get(server.url()));
  EXPECT_EQ(got().size(), 200'000U);
  const std::string changed = numbers(400'000, 'b');
  server.behave([&](FileServer::Behaviour& behaviour) {
    behaviour.content = changed;
    behaviour.version = "\"two\"";
    behaviour.cut_after.clear();
  });
  ASSERT_TRUE(get(server.url()));
  EXPECT_EQ(got(), changed);
}

TEST_F(DownloadTest, BeginsAnewWhereTheServerKnowsNoRanges) {
  FileServer server({.content = content_, .knows_ranges = false, .cut_after = {200'000}});
  ASSERT_TRUE(get(server.url()));
  EXPECT_EQ(got(), content_);
}

TEST_F(DownloadTest, AsksForNoRangeWhereNobodyKnowsOfWhichVersion) {
  for (const char* version : {"", "W/\"weak\""}) {
    FileServer server({.content = content_, .version = version, .cut_after = {200'000}});
    ASSERT_TRUE(get(server.url()));
    EXPECT_EQ(got(), content_);
    EXPECT_THAT(server.requests().back(), Not(HasSubstr("Range")));
    forget_part(file_);
  }
}

TEST_F(DownloadTest, BeginsAnewForAnotherUrl) {
  FileServer first({.content = content_, .cut_after = {200'000, 0, 0, 0, 0}});
  EXPECT_FALSE(get(first.url()));
  FileServer second({.content = numbers(300'000, 'c')});
  ASSERT_TRUE(get(second.url()));
  EXPECT_EQ(got(), numbers(300'000, 'c'));
}

TEST_F(DownloadTest, BeginsAnewWhereTheServerHasLessThanWeHave) {
  FileServer server({.content = content_, .cut_after = {200'000, 0, 0, 0, 0}});
  EXPECT_FALSE(get(server.url()));
  server.behave([](FileServer::Behaviour& behaviour) {
    behaviour.content = "short";
    behaviour.cut_after.clear();
  });
  ASSERT_TRUE(get(server.url()));
  EXPECT_EQ(got(), "short");
}

TEST_F(DownloadTest, DoesNotTakeAnotherRangeThanItAskedFor) {
  FileServer server({.content = content_, .cut_after = {200'000}, .content_range = "Content-Range: bytes 7-9/10\r\n"});
  ASSERT_TRUE(get(server.url()));
  EXPECT_EQ(got(), content_);
}

TEST_F(DownloadTest, TriesAgainAfterARestAndNotForEver) {
  FileServer server({.content = content_, .errors = {503, 429, 500}});
  ASSERT_TRUE(get(server.url()));
  EXPECT_THAT(rests_, ElementsAre(2000, 4000, 8000));

  server.behave([](FileServer::Behaviour& behaviour) { behaviour.errors = {500, 500, 500, 500}; });
  forget_part(file_);
  EXPECT_THAT(get(server.url()).error().message, HasSubstr("500"));

  // Always the same half, as nothing of it is kept.
  server.behave([](FileServer::Behaviour& behaviour) {
    behaviour.knows_ranges = false;
    behaviour.cut_after = std::vector<std::size_t>(20, 250'000);
  });
  const auto asked = server.requests().size();
  EXPECT_FALSE(get(server.url()));
  EXPECT_EQ(server.requests().size() - asked, 5U);
}

TEST_F(DownloadTest, SaysWhyItCannot) {
  FileServer server({.content = content_, .errors = {404}});
  const auto missing = get(server.url());
  EXPECT_THAT(missing.error().message, HasSubstr("cannot get " + server.url() + ": "));
  EXPECT_THAT(missing.error().message, HasSubstr("404"));
  EXPECT_THAT(server.requests(), SizeIs(1));

  file_ = folder_.path() / "none" / "image";
  EXPECT_THAT(get(server.url()).error().message, HasSubstr("No such file or directory"));
}

TEST_F(DownloadTest, FollowsWhereItIsSentButToNoOtherProtocol) {
  FileServer there({.content = content_});
  FileServer here({.content = "", .redirect = there.url()});
  ASSERT_TRUE(get(here.url()));
  EXPECT_EQ(got(), content_);
  here.behave([](FileServer::Behaviour& behaviour) { behaviour.redirect = "file:///etc/passwd"; });
  EXPECT_FALSE(get(here.url()));
}

TEST_F(DownloadTest, AnEmptyFileIsAFile) {
  FileServer server({.content = ""});
  ASSERT_TRUE(get(server.url()));
  EXPECT_TRUE(std::filesystem::exists(part_of(file_)));
}

TEST_F(DownloadTest, StopsWhenItIsInterrupted) {
  FileServer server({.content = content_});
  interrupted_ = true;
  EXPECT_THAT(get(server.url()).error().message, HasSubstr("interrupted"));
}

}  // namespace
}  // namespace provisioner::hypervisor
