#include "lb/net/descriptor_channel.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace lb::net {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kPatience{10'000};

class ChannelTest : public testing::Test {
 protected:
  ChannelTest() {
    auto ends = open_channel();
    if (!ends) throw std::runtime_error(ends.error().message);
    near_ = std::move(ends->first);
    far_ = std::move(ends->second);
  }
  [[nodiscard]] ChannelMessage receive() const {
    auto message = receive_message(far_.get(), kPatience);
    if (!message) throw std::runtime_error(message.error().message);
    if (!*message) throw std::runtime_error("the channel was closed");
    return *std::move(*message);
  }

  base::UniqueFd near_;
  base::UniqueFd far_;
};

TEST_F(ChannelTest, CarriesATextAndADescriptorThatWorks) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const base::UniqueFd read_end(pipe[0]);
  base::UniqueFd write_end(pipe[1]);
  ASSERT_TRUE(send_message(near_.get(), "hello", {write_end.get()}, kPatience));
  write_end.reset();
  const ChannelMessage message = receive();
  EXPECT_EQ(message.text, "hello");
  ASSERT_EQ(message.descriptors.size(), 1U);
  ASSERT_EQ(::write(message.descriptors[0].get(), "x", 1), 1);
  char byte = 0;
  EXPECT_EQ(::read(read_end.get(), &byte, 1), 1);
  EXPECT_EQ(byte, 'x');
}

TEST_F(ChannelTest, CarriesTextsOfAnySizeAndManyDescriptors) {
  const std::string text(5'000'000, 'z');
  std::vector<base::UniqueFd> files;
  std::vector<int> fds;
  for (int i = 0; i < 600; ++i) {
    files.emplace_back(::dup(near_.get()));
    fds.push_back(files.back().get());
  }
  std::jthread sender([&] { EXPECT_TRUE(send_message(near_.get(), text, fds, kPatience)); });
  const ChannelMessage message = receive();
  EXPECT_EQ(message.text, text);
  EXPECT_EQ(message.descriptors.size(), 600U);
}

TEST_F(ChannelTest, KeepsMessagesApartAndInOrder) {
  ASSERT_TRUE(send_message(near_.get(), "first", {}, kPatience));
  ASSERT_TRUE(send_message(near_.get(), "", {}, kPatience));
  EXPECT_EQ(receive().text, "first");
  EXPECT_EQ(receive().text, "");
}

TEST_F(ChannelTest, TellsTheEndApartFromSilence) {
  EXPECT_FALSE(receive_message(far_.get(), milliseconds{1}));
  near_.reset();
  const auto message = receive_message(far_.get(), kPatience);
  ASSERT_TRUE(message);
  EXPECT_FALSE(*message);
  EXPECT_FALSE(send_message(far_.get(), "anybody?", {}, kPatience));
}

}  // namespace
}  // namespace lb::net
