#include "tests/support/tls_client.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "tests/support/tcp.h"

namespace tests::support {
namespace {

using base::fail;
using base::Failure;
using base::Result;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// OpenSSL's own words for what went wrong last in this thread.
std::string openssl_reason() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

// SSL_get_error looks at the thread's error queue, so it has to be empty before the call that it judges.
void forget_errors() noexcept {
  ERR_clear_error();
  errno = 0;
}

std::string reason_of(SSL* ssl, int error) {
  if (const long verified = SSL_get_verify_result(ssl); verified != X509_V_OK) {
    return std::string("the certificate is refused: ") + X509_verify_cert_error_string(verified);
  }
  if (error == SSL_ERROR_SYSCALL) return errno != 0 ? base::errno_text(errno) : "the stream ended";
  return openssl_reason();
}

std::string get_request(const std::string& path, const std::string& host) {
  return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
}

milliseconds left_until(Deadline deadline) {
  return std::max(std::chrono::ceil<milliseconds>(deadline - steady_clock::now()), milliseconds{1});
}

// Called for the head of each record; leaves a mark on the connection when it is one that a TLS server begins with.
void note_record(int written, int /*version*/, int type, const void* bytes, size_t size, SSL* ssl, void* /*argument*/) {
  if (written != 0 || type != SSL3_RT_HEADER || size == 0) return;
  const int first = *static_cast<const unsigned char*>(bytes);
  if (first == SSL3_RT_HANDSHAKE || first == SSL3_RT_ALERT) SSL_set_ex_data(ssl, 0, ssl);
}

// Reads on until the head is whole; it and what has come behind it stay in `bytes`.
Result<ResponseHead> receive_head(TlsConnection& connection, std::string& bytes, Deadline deadline) {
  while (true) {
    auto head = parse_response_head(bytes);
    if (!head) return Failure(head.error());
    if (*head) return **head;
    auto more = connection.receive(deadline);
    if (!more) return Failure(more.error());
    if (more->empty()) return fail("the stream ended after {} bytes, before the head was whole", bytes.size());
    bytes += *more;
  }
}

}  // namespace

TlsConnection::TlsConnection(base::UniqueFd socket, SSL* ssl) noexcept : socket_(std::move(socket)), ssl_(ssl) {
  ::fcntl(socket_.get(), F_SETFL, ::fcntl(socket_.get(), F_GETFL) | O_NONBLOCK);
  SSL_set_fd(ssl_.get(), socket_.get());
}

TlsConnection::~TlsConnection() {
  if (ssl_ && SSL_is_init_finished(ssl_.get())) SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

Result<void> TlsConnection::wait_for_more(int result, Deadline deadline, const char* doing) {
  const int error = SSL_get_error(ssl_.get(), result);
  if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
    return fail("{}: {}", doing, reason_of(ssl_.get(), error));
  }
  try {
    wait_until_ready(socket_, error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline, "go on");
  } catch (const SocketError& trouble) {
    return fail("{}: {}", doing, trouble.what());
  }
  return {};
}

Result<void> TlsConnection::handshake(Deadline deadline) {
  while (true) {
    forget_errors();
    const int result = SSL_connect(ssl_.get());
    if (result == 1) return {};
    if (auto more = wait_for_more(result, deadline, "TLS handshake"); !more) return more;
  }
}

Result<void> TlsConnection::send(std::string_view bytes, Deadline deadline) {
  while (true) {
    forget_errors();
    const int result = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (result > 0) return {};
    if (auto more = wait_for_more(result, deadline, "TLS send"); !more) return more;
  }
}

Result<std::string> TlsConnection::receive(Deadline deadline) {
  std::array<char, 16384> chunk;  // NOLINT(*-member-init): SSL_read fills it
  while (true) {
    forget_errors();
    const int result = SSL_read(ssl_.get(), chunk.data(), static_cast<int>(chunk.size()));
    if (result > 0) return std::string(chunk.data(), static_cast<std::size_t>(result));
    if (SSL_get_error(ssl_.get(), result) == SSL_ERROR_ZERO_RETURN) return std::string();
    if (auto more = wait_for_more(result, deadline, "TLS receive"); !more) return Failure(more.error());
  }
}

bool TlsConnection::has_news(Deadline deadline) const {
  if (SSL_pending(ssl_.get()) > 0) return true;
  try {
    wait_until_ready(socket_, POLLIN, deadline, "wait for news");
  } catch (const SocketError&) {
    return false;
  }
  return true;
}

bool TlsConnection::has_heard_tls() const noexcept {
  return SSL_get_ex_data(ssl_.get(), 0) != nullptr;
}

WatchStream::WatchStream(TlsConnection connection, std::string begun) noexcept
    : connection_(std::move(connection)), raw_(std::move(begun)) {}

Result<std::optional<std::string>> WatchStream::next_line(Deadline deadline) {
  while (true) {
    if (const auto end = lines_.find('\n'); end != std::string::npos) {
      std::string line = lines_.substr(0, end);
      lines_.erase(0, end + 1);
      return line;
    }
    auto content = take_chunk(raw_);
    if (!content) return Failure(content.error());
    if (*content && (*content)->empty()) return std::nullopt;
    if (*content) {
      lines_ += **content;
      continue;
    }
    auto more = connection_.receive(deadline);
    if (!more) return Failure(more.error());
    if (more->empty()) return fail("the watch ended without its last chunk");
    raw_ += *more;
  }
}

Result<TlsClient> TlsClient::make(const std::filesystem::path& ca_file, std::string name) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes by write(2): a peer that is gone must be an error, not a signal
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  if (!context) return fail("cannot make a TLS client: {}", openssl_reason());
  TlsClient client(context, std::move(name));
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr) != 1) {
    return fail("cannot read the CA {}: {}", ca_file.string(), openssl_reason());
  }
  return client;
}

Result<void> TlsClient::use_certificate(const std::filesystem::path& certificate, const std::filesystem::path& key) {
  if (SSL_CTX_use_certificate_chain_file(context_.get(), certificate.c_str()) != 1) {
    return fail("cannot use the certificate {}: {}", certificate.string(), openssl_reason());
  }
  if (SSL_CTX_use_PrivateKey_file(context_.get(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return fail("cannot use the key {}: {}", key.string(), openssl_reason());
  }
  return {};
}

Result<TlsConnection> TlsClient::open(const base::SocketAddress& address, Deadline deadline) const {
  base::UniqueFd socket;
  try {
    socket = connect_to(address, left_until(deadline));
  } catch (const SocketError& error) {
    return fail("{}", error.what());
  }
  SSL* const ssl = SSL_new(context_.get());
  if (!ssl) return fail("cannot make a TLS connection: {}", openssl_reason());
  TlsConnection connection(std::move(socket), ssl);
  SSL_set_msg_callback(ssl, note_record);
  // An address is checked against the certificate's IP entries, a name against its DNS entries (RFC 6125).
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name_.c_str()) != 1) {
    SSL_set1_host(ssl, name_.c_str());
    // What SSL_set_tlsext_host_name does; as a macro it holds an old-style cast. OpenSSL copies the name.
    std::string name = name_;
    SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
  }
  return connection;
}

Result<TlsConnection> TlsClient::connect(const base::SocketAddress& address, Deadline deadline) const {
  auto connection = open(address, deadline);
  if (!connection) return connection;
  if (auto done = connection->handshake(deadline); !done) return Failure(done.error());
  return connection;
}

Result<HttpResponse> TlsClient::get(const base::SocketAddress& address, const std::string& path,
                                    milliseconds patience) const {
  const Deadline deadline = steady_clock::now() + patience;
  auto connection = connect(address, deadline);
  if (!connection) return Failure(connection.error());
  return get_on(*connection, path, deadline);
}

Result<HttpResponse> TlsClient::get_on(TlsConnection& connection, const std::string& path, Deadline deadline) const {
  if (auto sent = connection.send(get_request(path, name_), deadline); !sent) return Failure(sent.error());
  std::string bytes;
  const auto head = receive_head(connection, bytes, deadline);
  if (!head) return Failure(head.error());
  if (!head->body_size) return fail("the response to {} does not tell its length", path);
  while (true) {
    auto more = connection.receive(deadline);
    if (!more) return Failure(more.error());
    if (more->empty()) break;
    bytes += *more;
  }
  bytes.erase(0, head->size);
  if (bytes.size() != *head->body_size) return fail("{} of {} bytes of the body came", bytes.size(), *head->body_size);
  return HttpResponse{head->status, std::move(bytes)};
}

Result<WatchStream> TlsClient::watch(const base::SocketAddress& address, const std::string& path,
                                     milliseconds patience) const {
  const Deadline deadline = steady_clock::now() + patience;
  auto connection = connect(address, deadline);
  if (!connection) return Failure(connection.error());
  auto begun = begin_watch(*connection, path, deadline);
  if (!begun) return Failure(begun.error());
  return WatchStream(std::move(*connection), std::move(*begun));
}

Result<std::string> TlsClient::begin_watch(TlsConnection& connection, const std::string& path,
                                           Deadline deadline) const {
  if (auto sent = connection.send(get_request(path, name_), deadline); !sent) return Failure(sent.error());
  std::string bytes;
  const auto head = receive_head(connection, bytes, deadline);
  if (!head) return Failure(head.error());
  if (head->status != 200 || !head->chunked) return fail("the watch {} was answered with {}", path, head->status);
  bytes.erase(0, head->size);
  return bytes;
}

}  // namespace tests::support
