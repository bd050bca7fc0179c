#include "tests/support/api_server/api_server.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string_view>
#include <thread>

#include "tests/support/byte_pattern.h"
#include "tests/support/tcp.h"

namespace tests::support {
namespace {

using base::fail;
using base::Failure;
using base::Result;
using std::chrono::milliseconds;

constexpr std::size_t kLongestHead = 16384;
constexpr int kLongestPattern = 1 << 20;
constexpr std::string_view kAdmin = "/admin";
constexpr std::string_view kGarbage =
    "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTPS request to an HTTP server.\n";
constexpr milliseconds kDescriptorsGone{10};  // rest before the next accept when none is left

struct FreeSsl {
  void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
};

struct FreeBio {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};

bool send(SSL* ssl, std::string_view bytes) {
  return SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size())) > 0;
}

std::string render(const HttpResponse& response, const HttpRequest& request) {
  const bool json = response.body.starts_with('{');
  return fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}\r\n{}", response.status,
                     response.status == 200 ? "OK" : "No", json ? "application/json" : "text/plain; charset=utf-8",
                     response.body.size(), request.keep_alive ? "" : "Connection: close\r\n", response.body);
}

// The whole of "500" or the digits of "100ms"; `otherwise` when there are none.
int digits_of(const HttpRequest& request, const std::string& key, int otherwise) {
  const auto found = request.query.find(key);
  if (found == request.query.end()) return otherwise;
  int value = otherwise;
  std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
  return value;
}

// Takes the next request off `bytes`, reading what is missing; nothing at the end of the stream or for nonsense.
std::optional<HttpRequest> next_request(SSL* ssl, std::string& bytes) {
  std::array<char, 4096> chunk;  // NOLINT(*-member-init): SSL_read fills it
  while (bytes.size() < kLongestHead) {
    if (const auto end = bytes.find(kEndOfHead); end != std::string::npos) {
      auto request = parse_request(std::string_view(bytes).substr(0, end));
      bytes.erase(0, end + kEndOfHead.size());
      if (!request) return std::nullopt;
      return *request;
    }
    const int n = SSL_read(ssl, chunk.data(), static_cast<int>(chunk.size()));
    if (n <= 0) return std::nullopt;
    bytes.append(chunk.data(), static_cast<std::size_t>(n));
  }
  return std::nullopt;
}

HttpResponse health(int status) {
  return {status, status == 200 ? "ok" : "not ok, as /admin was told"};
}

HttpResponse pattern(const HttpRequest& request) {
  std::string body(static_cast<std::size_t>(std::clamp(digits_of(request, "size", 0), 0, kLongestPattern)), '\0');
  BytePattern(static_cast<std::uint64_t>(digits_of(request, "seed", 0))).fill(0, body);
  return {200, std::move(body)};
}

// In the order of the certificate.
std::string subject_of(const X509* certificate) {
  const std::unique_ptr<BIO, FreeBio> text(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253 & ~XN_FLAG_DN_REV);
  char* data = nullptr;
  const long size = BIO_get_mem_data(text.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

HttpResponse who_am_i(SSL* ssl) {
  const X509* const client = SSL_get0_peer_certificate(ssl);
  if (client == nullptr) return {401, "who are you?"};
  return {200, subject_of(client)};
}

// What a web server says when it is spoken to in TLS.
void talk_garbage(const base::UniqueFd& socket) noexcept {
  std::array<char, 4096> heard;  // NOLINT(*-member-init): recv fills it
  if (::recv(socket.get(), heard.data(), heard.size(), 0) <= 0) return;
  ::send(socket.get(), kGarbage.data(), kGarbage.size(), MSG_NOSIGNAL);
}

}  // namespace

ApiServer::ApiServer(std::string name, Context context, base::UniqueFd listening) noexcept
    : name_(std::move(name)), context_(std::move(context)), listening_(std::move(listening)) {}

Result<ApiServer::Context> ApiServer::make_context(const ApiServerOptions& options) {
  Context context(SSL_CTX_new(TLS_server_method()));
  if (!context) return fail("cannot make a TLS server");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  if (SSL_CTX_use_certificate_chain_file(context.get(), options.certificate.c_str()) != 1) {
    return fail("cannot use the certificate {}", options.certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), options.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return fail("cannot use the key {}, or it is not the certificate's", options.key);
  }
  if (options.client_ca.empty()) return context;
  if (SSL_CTX_load_verify_locations(context.get(), options.client_ca.c_str(), nullptr) != 1) {
    return fail("cannot read the CA {}", options.client_ca);
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return context;
}

Result<std::unique_ptr<ApiServer>> ApiServer::start(const ApiServerOptions& options) {
  auto context = make_context(options);
  if (!context) return Failure(context.error());
  try {
    return std::unique_ptr<ApiServer>(new ApiServer(options.name, std::move(*context), listen_on(options.listen)));
  } catch (const SocketError& error) {
    return fail("{}", error.what());
  }
}

base::SocketAddress ApiServer::address() const {
  return local_address(listening_);
}

void ApiServer::serve() {
  while (true) {
    base::UniqueFd socket(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket) {
      if (errno == EMFILE || errno == ENFILE) std::this_thread::sleep_for(kDescriptorsGone);
      continue;
    }
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::thread([this, fd = std::move(socket)]() mutable { talk(std::move(fd)); }).detach();
  }
}

void ApiServer::talk(base::UniqueFd socket) noexcept {
  if (conduct_.load() == Conduct::kGarbage) return talk_garbage(socket);
  const std::unique_ptr<SSL, FreeSsl> ssl(SSL_new(context_.get()));
  be_slow();
  SSL_set_fd(ssl.get(), socket.get());
  if (SSL_accept(ssl.get()) != 1) return;
  std::string bytes;
  while (const auto request = next_request(ssl.get(), bytes)) {
    if (!answer(ssl.get(), *request)) break;
  }
  SSL_shutdown(ssl.get());
}

void ApiServer::be_slow() const {
  if (conduct_.load() == Conduct::kSlow) std::this_thread::sleep_for(kSlowness);
}

bool ApiServer::answer(SSL* ssl, const HttpRequest& request) {
  be_slow();
  if (request.path == "/watch") {
    stream_watch(ssl, request);
    return false;
  }
  const HttpResponse response = request.path == "/whoami" ? who_am_i(ssl) : respond(request);
  return send(ssl, render(response, request)) && request.keep_alive;
}

HttpResponse ApiServer::respond(const HttpRequest& request) {
  if (request.method != "GET") return {405, "only GET is understood\n"};
  if (auto answer = respond_to_health(request)) return *answer;
  if (request.path == "/pattern") return pattern(request);
  if (request.path == "/version") {
    return {200, fmt::format(R"({{"major":"1","minor":"31","gitVersion":"v1.31.0+keepstate","server":"{}"}})", name_)};
  }
  return {404, "not found\n"};
}

std::optional<HttpResponse> ApiServer::respond_to_health(const HttpRequest& request) {
  std::string_view path = request.path;
  const bool told = path.starts_with(kAdmin);
  if (told) path.remove_prefix(kAdmin.size());
  for (auto& each : health_) {
    if (each.path != path) continue;
    if (!told) return health(each.status.load());
    each.status.store(digits_of(request, "status", 200));
    return HttpResponse{200, "ok"};
  }
  return std::nullopt;
}

void ApiServer::stream_watch(SSL* ssl, const HttpRequest& request) const {
  const int interval = std::max(1, digits_of(request, "interval", 1000));
  if (!send(ssl, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")) return;
  for (unsigned event = 1;; ++event) {
    const std::string line = fmt::format(R"({{"type":"BOOKMARK","event":{},"server":"{}"}})", event, name_);
    if (!send(ssl, chunk(line + "\n"))) return;
    // Readable means that the client has closed: it has nothing more to say in a watch.
    pollfd waiting{SSL_get_fd(ssl), POLLIN, 0};
    if (::poll(&waiting, 1, interval) != 0) return;
  }
}

}  // namespace tests::support
