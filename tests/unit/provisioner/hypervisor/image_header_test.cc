#include "provisioner/hypervisor/image_header.h"

#include <gmock/gmock.h>

#include "lib/base/file_system.h"
#include "lib/base/subprocess.h"
#include "tests/support/temporary_folder.h"

namespace provisioner::hypervisor {
namespace {

using ::testing::HasSubstr;

class ImageHeaderTest : public ::testing::Test {
 protected:
  // The header of what qemu-img makes.
  base::Result<ImageHeader> made(std::vector<std::string> arguments) {
    const std::string file = (folder_.path() / "image").string();
    std::vector<std::string> argv{"qemu-img", "create", "-q"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    argv.insert(argv.end(), {file, "3M"});
    const auto output = base::run_captured(argv);
    EXPECT_TRUE(output && output->status.ok()) << (output ? output->err : output.error().message);
    const std::string bytes = base::read_file(file).value();
    return read_image_header(std::string_view(bytes).substr(0, kImageHeaderSize), bytes.size());
  }

  tests::support::TemporaryFolder folder_;
};

TEST_F(ImageHeaderTest, KnowsWhatQemuImgMakes) {
  for (const char* compatible : {"compat=0.10", "compat=1.1"}) {
    const auto header = made({"-f", "qcow2", "-o", compatible});
    ASSERT_TRUE(header) << header.error().message;
    EXPECT_EQ(header->format, "qcow2");
    EXPECT_EQ(header->virtual_size, 3U << 20);
  }
  const auto raw = made({"-f", "raw"});
  ASSERT_TRUE(raw) << raw.error().message;
  EXPECT_EQ(raw->format, "raw");
  EXPECT_EQ(raw->virtual_size, 3U << 20);
}

TEST_F(ImageHeaderTest, RefusesImagesThatOpenFurtherFiles) {
  ASSERT_TRUE(base::write_file(folder_.path() / "secret", std::string(1 << 20, 'x'), 0600));
  EXPECT_THAT(made({"-f", "qcow2", "-F", "raw", "-b", (folder_.path() / "secret").string()}).error().message,
              HasSubstr("over another file"));
  EXPECT_THAT(made({"-f", "qcow2", "-o", "data_file=" + (folder_.path() / "data").string()}).error().message,
              HasSubstr("data in another file"));
}

TEST_F(ImageHeaderTest, SaysWhatElseItIs) {
  EXPECT_THAT(read_image_header("\x1f\x8b\x08", 512).error().message, HasSubstr("gzip file; unpack"));
  EXPECT_THAT(read_image_header("<!DOCTYPE html>", 1024).error().message, HasSubstr("a page of text"));
  EXPECT_THAT(read_image_header("KDMV", 1024).error().message, HasSubstr("qemu-img convert"));
  EXPECT_THAT(read_image_header("QFI\xfb short", 10).error().message, HasSubstr("ends in its header"));
  EXPECT_THAT(read_image_header("abc", 513).error().message, HasSubstr("neither a qcow2 image"));
  EXPECT_THAT(read_image_header("", 0).error().message, HasSubstr("neither"));
}

}  // namespace
}  // namespace provisioner::hypervisor
