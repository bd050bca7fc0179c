#include "provisioner/dns/query.h"

#include <gmock/gmock.h>
#include <sys/socket.h>

#include <array>
#include <functional>
#include <thread>

#include "lib/base/unique_fd.h"
#include "tests/support/tcp.h"

namespace provisioner::dns {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// "\x01a\x00" and the like, with zeros in it.
template <std::size_t kSize>
std::string bytes(const char (&text)[kSize]) {
  return {text, kSize - 1};
}

const std::string kQuestionForA =
    bytes("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01k\x03lab\x00\x00\x01\x00\x01");
// Its name is a pointer to the question's (byte 12).
const std::string kAnswerForA = bytes(
    "\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x01k\x03lab\x00\x00\x01\x00\x01"
    "\xc0\x0c\x00\x01\x00\x01\x00\x00\x01\x2c\x00\x04\x0a\x0a\x00\x01");

TEST(Question, IsAPacket) {
  EXPECT_EQ(question(0x1234, "k.lab.", QueryType::kA).value(), kQuestionForA);
  EXPECT_EQ(question(0x1234, "k.lab", QueryType::kA).value(), kQuestionForA);
  EXPECT_FALSE(question(1, "a..b", QueryType::kA));
  EXPECT_FALSE(question(1, std::string(64, 'a'), QueryType::kA));
}

TEST(Answer, GivesAddressesAndNames) {
  EXPECT_THAT(read_answer(kAnswerForA, 0x1234, QueryType::kA).value(), ElementsAre("10.10.0.1"));
  EXPECT_THAT(read_answer(kAnswerForA, 0x1234, QueryType::kAaaa).value(), IsEmpty());
  const std::string ptr = bytes(
      "\x00\x01\x81\x80\x00\x00\x00\x01\x00\x00\x00\x00\x01"
      "1\x00\x00\x0c\x00\x01\x00\x00\x00\x00\x00\x07\x01k\x03lab\x00");
  EXPECT_THAT(read_answer(ptr, 1, QueryType::kPtr).value(), ElementsAre("k.lab."));
}

TEST(Answer, GivesServices) {
  const std::string srv = bytes(
      "\x00\x01\x81\x80\x00\x00\x00\x01\x00\x00\x00\x00\x01s\x00\x00\x21\x00\x01\x00\x00\x00\x00\x00\x0d"
      "\x00\x00\x00\x05\x09\x4c\x01k\x03lab\x00");
  EXPECT_THAT(read_answer(srv, 1, QueryType::kSrv).value(), ElementsAre("0 5 2380 k.lab."));
}

TEST(Answer, SaysWhyThereIsNone) {
  std::string answer = kAnswerForA;
  answer[3] = '\x83';
  EXPECT_THAT(read_answer(answer, 0x1234, QueryType::kA).error().message, HasSubstr("NXDOMAIN"));
  answer[3] = '\x82';
  EXPECT_THAT(read_answer(answer, 0x1234, QueryType::kA).error().message, HasSubstr("SERVFAIL"));
  EXPECT_FALSE(read_answer(kAnswerForA, 1, QueryType::kA));         // somebody else's
  EXPECT_FALSE(read_answer(kQuestionForA, 0x1234, QueryType::kA));  // no answer
}

TEST(Answer, SurvivesEveryTruncationAndPointersInACircle) {
  for (std::size_t size = 0; size < kAnswerForA.size(); ++size) {
    EXPECT_FALSE(read_answer(kAnswerForA.substr(0, size), 0x1234, QueryType::kA)) << size;
  }
  std::string circle = kAnswerForA;
  circle[12] = '\xc0';
  circle[13] = '\x0c';
  EXPECT_FALSE(read_answer(circle, 0x1234, QueryType::kA));
}

// A name server of one thread that answers each question by `answer`; nothing: it keeps silent.
class UdpServer {
 public:
  explicit UdpServer(std::function<std::string(std::string)> answer)
      : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    const auto any = base::SocketAddress::parse("127.0.0.1:0").value();
    if (::bind(socket_.get(), any.data(), any.size()) != 0) throw std::runtime_error("bind");
    thread_ = std::jthread([this, answer = std::move(answer)] { serve(answer); });
  }
  ~UdpServer() {
    const base::UniqueFd last(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto here = address();
    ::sendto(last.get(), "end", 3, 0, here.data(), here.size());
  }
  [[nodiscard]] base::SocketAddress address() const { return tests::support::local_address(socket_); }

 private:
  void serve(const std::function<std::string(std::string)>& answer) const {
    while (true) {
      std::array<char, 512> packet{};
      sockaddr_storage from{};
      socklen_t size = sizeof from;
      auto* const peer = reinterpret_cast<sockaddr*>(&from);
      const ssize_t n = ::recvfrom(socket_.get(), packet.data(), packet.size(), 0, peer, &size);
      const std::string question(packet.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
      if (question == "end") return;
      const std::string said = answer(question);
      if (!said.empty()) ::sendto(socket_.get(), said.data(), said.size(), 0, peer, size);
    }
  }

  base::UniqueFd socket_;
  std::jthread thread_;
};

TEST(Ask, GetsAnAnswerAndAsksAgainWhereOneIsLost) {
  int asked = 0;
  UdpServer server([&](const std::string& question) {
    if (++asked == 1) return std::string();
    return question.substr(0, 2) + kAnswerForA.substr(2);
  });
  EXPECT_THAT(ask(server.address(), "k.lab", QueryType::kA, std::chrono::milliseconds(3000)).value(),
              ElementsAre("10.10.0.1"));
  EXPECT_EQ(asked, 2);
}

TEST(Ask, PassesOverWhatAnswersSomebodyElse) {
  UdpServer server([&](const std::string& question) {
    std::string other = kAnswerForA;
    other[0] = static_cast<char>(question[0] ^ 1);
    return other;
  });
  EXPECT_THAT(ask(server.address(), "k.lab", QueryType::kA, std::chrono::milliseconds(60)).error().message,
              HasSubstr("there is no answer"));
}

TEST(Ask, TellsThatNobodyIsThere) {
  base::SocketAddress nobody;
  {
    const UdpServer server([](const std::string&) { return std::string(); });
    nobody = server.address();
  }
  EXPECT_THAT(ask(nobody, "k.lab", QueryType::kA, std::chrono::milliseconds(300)).error().message,
              HasSubstr("asked for k.lab, " + nobody.to_string() + " does not tell: Connection refused"));
}

}  // namespace
}  // namespace provisioner::dns
