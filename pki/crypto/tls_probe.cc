#include "pki/crypto/tls_probe.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "pki/crypto/connect_to.h"
#include "pki/crypto/openssl_error.h"

namespace pki::crypto {
namespace {

using std::chrono::steady_clock;
using ContextPtr = OpensslPtr<SSL_CTX, SSL_CTX_free>;
using SslPtr = OpensslPtr<SSL, SSL_free>;
using Chain = std::vector<Certificate>;

constexpr std::size_t kHead = 16;  // "HTTP/1.1 401" and some

enum class Step { kDone, kEnded, kLate, kFailed };

// Called in place of any verification: keeps what was shown, and takes it. A chain that cannot be kept stays empty.
int keep_chain(X509_STORE_CTX* shown, void* chain) {
  STACK_OF(X509)* const all = X509_STORE_CTX_get0_untrusted(shown);
  for (int i = 0; i < sk_X509_num(all); ++i) {
    X509* const one = sk_X509_value(all, i);
    X509_up_ref(one);
    static_cast<Chain*>(chain)->emplace_back(X509Ptr(one));
  }
  return 1;
}

// Called when the server wants a client's certificate; which one was settled before.
int note_wish(SSL*, void* asked) {
  *static_cast<bool*>(asked) = true;
  return 1;
}

// One conversation, from the handshake to the first bytes of an answer.
class Conversation {
 public:
  Conversation(const base::UniqueFd& socket, steady_clock::time_point deadline)
      : socket_(socket), deadline_(deadline), context_(SSL_CTX_new(TLS_client_method())) {}

  base::Result<void> begin(const std::string& name, const std::optional<ClientIdentity>& identity) {
    if (!context_) return openssl_failure("make a TLS client");
    SSL_CTX_set_cert_verify_callback(context_.get(), &keep_chain, &chain_);
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_cb(context_.get(), &note_wish, &asked_);
    if (identity && (SSL_CTX_use_certificate(context_.get(), identity->certificate.native()) != 1 ||
                     SSL_CTX_use_PrivateKey(context_.get(), identity->key.native()) != 1)) {
      return openssl_failure("show a client's certificate");
    }
    ssl_.reset(SSL_new(context_.get()));
    if (!ssl_ || SSL_set_fd(ssl_.get(), socket_.get()) != 1) return openssl_failure("make a TLS session");
    if (!base::IpAddress::parse(name)) {
      // What SSL_set_tlsext_host_name does; as a macro it holds an old-style cast.
      std::string told = name;
      SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, told.data());
    }
    return {};
  }

  Step shake_hands() {
    return repeat([this] { return SSL_connect(ssl_.get()); });
  }
  Step ask(std::string_view request) {
    return repeat([&] { return SSL_write(ssl_.get(), request.data(), static_cast<int>(request.size())); });
  }
  // The first bytes of the answer, as far as they come at once.
  Step hear(std::string& head) {
    std::array<char, kHead> bytes{};
    int n = 0;
    const Step step = repeat([&] { return n = SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())); });
    if (step == Step::kDone) head.assign(bytes.data(), static_cast<std::size_t>(n));
    return step;
  }
  void say_goodbye() {
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }

  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
  [[nodiscard]] std::string protocol() const { return SSL_get_version(ssl_.get()); }
  [[nodiscard]] Chain& chain() noexcept { return chain_; }
  [[nodiscard]] bool asks_for_certificate() const noexcept { return asked_; }

 private:
  // Calls until OpenSSL is done, waiting for the socket between calls.
  template <class Call>
  Step repeat(const Call& call) {
    while (true) {
      ERR_clear_error();
      errno = 0;
      const int result = call();
      const int system_error = errno;
      if (result > 0) return Step::kDone;
      const int error = SSL_get_error(ssl_.get(), result);
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return ended(error, system_error);
      if (!wait_for_socket(socket_, error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline_)) {
        reason_ = "it says nothing for too long";
        return Step::kLate;
      }
    }
  }

  Step ended(int error, int system_error) {
    if (error == SSL_ERROR_ZERO_RETURN) return Step::kEnded;
    if (error == SSL_ERROR_SYSCALL) {
      reason_ = system_error == 0 ? "it ended the connection" : base::errno_text(system_error);
      ERR_clear_error();
    } else {
      reason_ = take_openssl_reasons();
    }
    return Step::kFailed;
  }

  const base::UniqueFd& socket_;
  steady_clock::time_point deadline_;
  Chain chain_;
  bool asked_ = false;
  ContextPtr context_;
  SslPtr ssl_;
  std::string reason_;
};

base::Failure no_handshake(const std::string& reason) {
  const bool is_plain = reason.find("wrong version number") != std::string::npos ||
                        reason.find("packet length too long") != std::string::npos;
  if (is_plain) return base::fail("it speaks no TLS ({}); is this its TLS port?", reason);
  return base::fail("it does not shake hands: {}; is this its TLS port, and is it well?", reason);
}

// Whether the server answers, and whether it takes the client's certificate.
void hear_out(Conversation& talk, const std::string& host, TlsAnswer& answer) {
  std::string head;
  Step step = talk.ask("GET /version HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
  if (step == Step::kDone) step = talk.hear(head);
  answer.is_silent = step == Step::kLate;
  if (step == Step::kEnded) answer.refusal = "it ended the connection without an answer";
  if (step == Step::kFailed) answer.refusal = talk.reason();
  if (head.starts_with("HTTP/1.") && head.substr(8, 4) == " 401") {
    answer.refusal = "it answers 401: it does not know the client";
  }
}

base::Result<TlsAnswer> converse(const TlsQuestion& question, const std::optional<ClientIdentity>& identity) {
  const auto deadline = steady_clock::now() + question.patience;
  const auto socket = connect_to(question.server, deadline);
  if (!socket) return base::Failure(socket.error());
  Conversation talk(*socket, deadline);
  if (auto begun = talk.begin(question.name, identity); !begun) return base::Failure(begun.error());
  const Step shaken = talk.shake_hands();
  if (talk.chain().empty()) return no_handshake(talk.reason());
  TlsAnswer answer{{}, talk.protocol(), talk.asks_for_certificate(), std::nullopt, shaken == Step::kLate};
  if (shaken == Step::kDone) hear_out(talk, question.name, answer);
  // TLS 1.2: it has shown its certificate, and wants another one of ours.
  if (shaken == Step::kFailed || shaken == Step::kEnded) answer.refusal = talk.reason();
  if (shaken == Step::kDone) talk.say_goodbye();
  answer.chain = std::move(talk.chain());
  return answer;
}

}  // namespace

base::Result<TlsAnswer> ask_server(const TlsQuestion& question, const std::optional<ClientIdentity>& identity) {
  auto answer = converse(question, identity);
  if (answer) return answer;
  return base::fail("{}: {}", question.server.to_string(), answer.error().message);
}

}  // namespace pki::crypto
