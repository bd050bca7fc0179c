// Probe: asks one backend once whether it is there and ready: connects and, where the check's kind wants it, shakes
// hands (TLS) and asks for a path (HTTP). Tells what came of it, in words too. Control loop's thread only.
//
// A server that answered is left in good order (close_notify, FIN); a TCP check, and whoever did not answer, by a
// reset.
#pragma once

#include <event2/event.h>
#include <event2/event_struct.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "lb/net/connector.h"
#include "lb/net/event_loop.h"
#include "lb/net/http_answer.h"
#include "lb/net/probe_failure.h"
#include "lb/net/timer.h"
#include "lb/net/tls_session.h"
#include "lib/base/socket_address.h"
#include "lib/base/unique_fd.h"
#include "lib/cluster/cluster.h"

namespace lb::net {

struct ProbeResult {
  enum class Kind {
    kPassed,
    kNotReady,    // it answers, with another status than asked for
    kFailed,      // silence, refusal, no TLS, garbage
    kOwnTrouble,  // no descriptor or memory here: says nothing about the backend
  };
  Kind kind = Kind::kFailed;
  std::string reason;                     // "GET /readyz: 200"
  std::optional<ProbeFailure> failure{};  // of kNotReady and kFailed
};

class Probe {
 public:
  // Must not destroy the probe; may start it again.
  using Done = std::function<void(const ProbeResult&)>;

  // `check`, whose kind is not kNone, and `tls` outlive the probe; `tls` is null where the kind speaks no TLS.
  Probe(EventLoop& loop, const cluster::HealthCheck& check, const TlsContext* tls, Done done);
  ~Probe();
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  // Calls done once, always from the loop, never from inside start(). One at a time: a running one is dropped.
  void start(const base::SocketAddress& address) noexcept;
  void cancel() noexcept;
  // For the next start().
  void use(const TlsContext* tls) noexcept { tls_context_ = tls; }

 private:
  enum class Step { kIdle, kConnecting, kShakingHands, kSending, kReceiving };
  enum class Next { kGoOn, kRead, kWrite, kOver };
  // What a read or write on the socket, encrypted or not, came to.
  using Moved = TlsSession::Result;

  static void on_event(evutil_socket_t fd, short what, void* self) noexcept;
  void on_ready() noexcept;
  void on_deadline() noexcept;
  [[nodiscard]] Next advance() noexcept;
  [[nodiscard]] Next take_step() noexcept;
  void wait_for(Next next) noexcept;
  void tell() noexcept;

  [[nodiscard]] Next finish_connect() noexcept;
  [[nodiscard]] Next begin_tls() noexcept;
  [[nodiscard]] Next shake_hands() noexcept;
  [[nodiscard]] Next ask(const std::string& path) noexcept;
  [[nodiscard]] Next send_question() noexcept;
  [[nodiscard]] Next receive_answer() noexcept;
  [[nodiscard]] Next read_answer() noexcept;
  [[nodiscard]] Next judge_ready(const HttpAnswer& answer) noexcept;
  [[nodiscard]] Next ask_alive(const HttpAnswer& answer) noexcept;
  [[nodiscard]] Moved send_some(std::string_view bytes) noexcept;
  [[nodiscard]] Moved receive_some(std::span<char> into) noexcept;
  [[nodiscard]] std::string why_not_moved(const Moved& moved) const;

  [[nodiscard]] Next end(ProbeResult result) noexcept;
  [[nodiscard]] Next fail(std::string_view why) noexcept;  // with what was being done before it
  [[nodiscard]] Next fail(std::string_view why, ProbeFailure failure) noexcept;
  [[nodiscard]] std::string doing() const;
  [[nodiscard]] Next end_not_ready(const std::string& live = {}) noexcept;
  void close_by_reset() noexcept;

  EventLoop& loop_;
  const cluster::HealthCheck& check_;
  const TlsContext* tls_context_;
  Done done_;
  Connector connector_;
  Timer deadline_;
  event event_;
  base::SocketAddress address_;
  Step step_ = Step::kIdle;
  base::UniqueFd fd_;
  std::optional<TlsSession> tls_;
  int socket_error_ = 0;                  // of the last call that failed
  std::string path_;                      // that is asked for now
  std::string question_;                  // what of it is still to be sent
  std::string answer_;                    // what has come
  std::optional<unsigned> wrong_status_;  // that the ready path had
  bool asks_alive_ = false;               // the live path, after that
  std::optional<ProbeResult> result_;     // to be told
};

}  // namespace lb::net
