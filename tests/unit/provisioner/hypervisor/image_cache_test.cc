#include "provisioner/hypervisor/image_cache.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "provisioner/hypervisor/sha256.h"
#include "provisioner/step/system_host.h"
#include "tests/support/folder_state.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/provisioner/fake_workplace.h"
#include "tests/unit/provisioner/hypervisor/file_server.h"

namespace provisioner::hypervisor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using tests::support::content_of;
using tests::support::put;

std::string sum(const std::string& content) {
  Sha256 sum;
  sum.add(content);
  return sum.digits();
}

class ImageCacheTest : public ::testing::Test {
 protected:
  ImageCacheTest() { ::setenv("no_proxy", "127.0.0.1", 1); }

  base::Result<void> fetch(const std::string& source, const std::string& sha256) {
    return FetchImage({.source = source, .sha256 = sha256, .kernel = {}, .initrd = {}, .kernel_arguments = {}}, target_)
        .carry_out(place_);
  }

  tests::support::TemporaryFolder folder_;
  std::filesystem::path target_ = folder_.path() / "images" / "x";
  std::string raw_ = std::string(512, 'r') + std::string(3U << 20, '\0') + std::string(512, 'r');
  FakeWorkplace place_;
  step::SystemHost host_;
};

TEST_F(ImageCacheTest, CopiesAFile) {
  put(folder_.path() / "source", raw_);
  ASSERT_TRUE(fetch((folder_.path() / "source").string(), ""));
  EXPECT_EQ(content_of(target_), raw_);
  EXPECT_EQ(tests::support::mode_of(target_), 0444U);
  EXPECT_THAT(host_.list(folder_.path() / "images").value(), ElementsAre("x"));
  EXPECT_GT(place_.moves, 0);
  struct stat status {};
  ::stat(target_.c_str(), &status);
  EXPECT_LT(status.st_blocks * 512, 2 << 20);  // the zeros take no room
  const auto header = inspect_image(host_, target_);
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_EQ(header->format, "raw");
  EXPECT_EQ(header->virtual_size, raw_.size());
}

TEST_F(ImageCacheTest, WhatIsThereIsNotBroughtAgain) {
  ASSERT_TRUE(host_.make_folder(target_.parent_path(), 0755));
  put(target_, "kept");
  ASSERT_TRUE(fetch("http://127.0.0.1:1/none", "00"));
  EXPECT_EQ(content_of(target_), "kept");
}

TEST_F(ImageCacheTest, WantsTheSum) {
  put(folder_.path() / "source", raw_);
  ASSERT_TRUE(fetch((folder_.path() / "source").string(), sum(raw_)));
  std::filesystem::remove(target_);
  const auto wrong = fetch((folder_.path() / "source").string(), sum("other"));
  EXPECT_THAT(wrong.error().message, HasSubstr("has the SHA-256 sum " + sum(raw_)));
  EXPECT_THAT(wrong.error().message, HasSubstr(sum("other")));
  EXPECT_THAT(host_.list(folder_.path() / "images").value(), SizeIs(0));
}

TEST_F(ImageCacheTest, DownloadsAndGoesOn) {
  FileServer server({.content = raw_, .cut_after = {1'000'000}});
  ASSERT_TRUE(fetch(server.url(), sum(raw_)));
  EXPECT_EQ(content_of(target_), raw_);
  EXPECT_THAT(place_.told, ElementsAre("image: download", "image: checksum"));
  EXPECT_THAT(host_.list(folder_.path() / "images").value(), ElementsAre("x"));
}

// The part of an earlier run is of another file, and the server says that it goes on with it nevertheless.
TEST_F(ImageCacheTest, BeginsOnceAnewWhereTheWholeIsWrong) {
  FileServer server({.content = std::string(raw_.size(), 'z'), .cut_after = {1'000'000, 0, 0, 0, 0}});
  EXPECT_FALSE(fetch(server.url(), sum(raw_)));
  server.behave([&](FileServer::Behaviour& behaviour) {
    behaviour.content = raw_;
    behaviour.cut_after.clear();
  });
  ASSERT_TRUE(fetch(server.url(), sum(raw_)));
  EXPECT_EQ(content_of(target_), raw_);
}

TEST_F(ImageCacheTest, RefusesWhatIsNoDisk) {
  put(folder_.path() / "source", "\x1f\x8b and so on");
  EXPECT_THAT(fetch((folder_.path() / "source").string(), "").error().message, HasSubstr("gzip"));
  EXPECT_THAT(host_.list(folder_.path() / "images").value(), SizeIs(0));
  put(folder_.path() / "source", "<html>");
  EXPECT_THAT(inspect_image(host_, folder_.path() / "source").error().message, HasSubstr("a page of text"));
  EXPECT_THAT(fetch((folder_.path() / "none").string(), "").error().message, HasSubstr("No such file"));
}

TEST_F(ImageCacheTest, IsCalledByWhatItIs) {
  cluster::Cluster cluster;
  cluster.hypervisor.folder = "/srv/x";
  EXPECT_THAT(cached_image(host_, cluster).error().message, HasSubstr("spec.hypervisor.image is missing"));
  cluster.hypervisor.image.source = (folder_.path() / "source").string();
  EXPECT_THAT(cached_image(host_, cluster).error().message, HasSubstr("No such file"));
  put(folder_.path() / "source", "a");
  const auto one = cached_image(host_, cluster).value();
  EXPECT_THAT(one.string(), HasSubstr("/srv/x/images/unchecked-"));
  EXPECT_EQ(cached_image(host_, cluster).value(), one);
  put(folder_.path() / "source", "ab");
  EXPECT_NE(cached_image(host_, cluster).value(), one);
  cluster.hypervisor.image.sha256 = sum("ab");
  EXPECT_EQ(cached_image(host_, cluster).value(), "/srv/x/images/" + sum("ab"));
}

TEST_F(ImageCacheTest, PrintsWhatAPersonWouldType) {
  const FetchImage remote(
      {.source = "https://x/i?a=1&b", .sha256 = "00ff", .kernel = {}, .initrd = {}, .kernel_arguments = {}}, "/srv/i");
  EXPECT_EQ(remote.print(),
            "mkdir -p /srv\n"
            "curl -fL -C - -o /srv/i.part 'https://x/i?a=1&b'\n"
            "echo '00ff  '/srv/i.part | sha256sum -c\n"
            "chmod 0444 /srv/i.part && mv /srv/i.part /srv/i");
  const FetchImage local({.source = "/i", .sha256 = "", .kernel = {}, .initrd = {}, .kernel_arguments = {}}, "/srv/i");
  EXPECT_EQ(local.print(),
            "mkdir -p /srv\ncp --sparse=always /i /srv/i.part\nchmod 0444 /srv/i.part && mv /srv/i.part /srv/i");
}

}  // namespace
}  // namespace provisioner::hypervisor
