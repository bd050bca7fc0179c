#include "tests/support/http_client.h"

#include "tests/support/tcp.h"

namespace tests::support {
namespace {

base::Result<std::string> exchange(const base::SocketAddress& address, const std::string& path,
                                   std::chrono::milliseconds patience) {
  try {
    const auto socket = connect_to(address, patience);
    send_all(socket, "GET " + path + " HTTP/1.1\r\nHost: " + address.to_string() + "\r\nConnection: close\r\n\r\n",
             patience);
    return recv_all(socket, patience);
  } catch (const std::runtime_error& error) {
    return base::fail("GET http://{}{}: {}", address.to_string(), path, error.what());
  }
}

}  // namespace

base::Result<HttpResponse> http_get(const base::SocketAddress& address, const std::string& path,
                                    std::chrono::milliseconds patience) {
  auto bytes = exchange(address, path, patience);
  if (!bytes) return base::Failure(bytes.error());
  const auto head = parse_response_head(*bytes);
  if (!head) return base::Failure(head.error());
  if (!*head) return base::fail("GET http://{}{}: the answer ended before its head did", address.to_string(), path);
  const ResponseHead& found = **head;
  bytes->erase(0, found.size);
  if (found.body_size && bytes->size() != *found.body_size) {
    return base::fail("GET http://{}{}: {} of {} bytes of the body came", address.to_string(), path, bytes->size(),
                      *found.body_size);
  }
  return HttpResponse{found.status, std::move(*bytes)};
}

}  // namespace tests::support
