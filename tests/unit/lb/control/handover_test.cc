#include "lb/control/handover.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "lb/net/descriptor_channel.h"

namespace lb::control {
namespace {

class HandoverTest : public testing::Test {
 protected:
  HandoverTest() {
    auto ends = net::open_channel();
    if (!ends) throw std::runtime_error(ends.error().message);
    old_ = std::move(ends->first);
    new_ = std::move(ends->second);
  }
  [[nodiscard]] base::UniqueFd some_descriptor() const { return base::UniqueFd(::dup(old_.get())); }

  base::UniqueFd old_;
  base::UniqueFd new_;
};

TEST_F(HandoverTest, CarriesSocketsChannelsAndWhatIsKnown) {
  const auto address = *base::SocketAddress::parse("127.0.0.1:0");
  const auto actual = *base::SocketAddress::parse("127.0.0.1:6443");
  Handover handover;
  for (const char* const name : {"a", "b"}) {
    handover.listeners.push_back({.key = {name, address}, .actual = actual, .fds = {}, .activated = name[0] == 'b'});
    handover.listeners.back().fds.push_back(some_descriptor());
    handover.listeners.back().fds.push_back(some_descriptor());
  }
  handover.control_socket = some_descriptor();
  handover.control_socket_activated = true;
  handover.elders.push_back(some_descriptor());
  handover.state = {{"answer", 42}};
  ASSERT_TRUE(send_handover(old_.get(), handover));
  const auto received = receive_handover(new_.get());
  ASSERT_TRUE(received) << received.error().message;
  ASSERT_EQ(received->listeners.size(), 2U);
  EXPECT_EQ(received->listeners[1].key, handover.listeners[1].key);
  EXPECT_EQ(received->listeners[1].actual, actual);
  EXPECT_EQ(received->listeners[1].fds.size(), 2U);
  EXPECT_FALSE(received->listeners[0].activated);
  EXPECT_TRUE(received->listeners[1].activated);
  EXPECT_FALSE(received->admin);
  EXPECT_TRUE(received->control_socket);
  EXPECT_TRUE(received->control_socket_activated);
  EXPECT_EQ(received->elders.size(), 1U);
  EXPECT_EQ(received->state, handover.state);
}

TEST_F(HandoverTest, RefusesWhatItDoesNotUnderstand) {
  for (const char* const text :
       {"", "hello", "{}", R"({"listeners":[],"admin":true,"controlSocket":false,"elders":0})",
        R"({"listeners":[{"name":"a"}]})", R"({"listeners":[{"name":"a","address":"x","actual":"y","sockets":0}]})"}) {
    ASSERT_TRUE(net::send_message(old_.get(), text, {}, kHandoverPatience));
    const auto received = receive_handover(new_.get());
    ASSERT_FALSE(received) << text;
    EXPECT_NE(received.error().message.find("does not understand"), std::string::npos);
  }
}

TEST_F(HandoverTest, SaysThatTheOtherHasGone) {
  old_.reset();
  const auto received = receive_handover(new_.get());
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().message, "the process before this one has gone");
}

}  // namespace
}  // namespace lb::control
