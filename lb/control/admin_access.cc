#include "lb/control/admin_access.h"

#include <sys/stat.h>

#include <algorithm>
#include <string_view>

#include "lb/control/json_answer.h"
#include "lib/base/file_system.h"

namespace lb::control {
namespace {

constexpr std::size_t kShortestToken = 16;
constexpr std::size_t kLongestToken = 4096;
constexpr std::string_view kScheme = "bearer";  // any case: RFC 9110 s11.1

bool is_printable(char c) noexcept {
  return c > ' ' && c <= '~';
}

std::string warning_of(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0 || (status.st_mode & (S_IRWXG | S_IRWXO)) == 0) return {};
  return fmt::format("{} may be read or changed by other users, who may then change everything; chmod 600 {}",
                     file.string(), file.string());
}

// Takes as long wherever the first difference is, so that nobody can find a token out letter by letter.
bool equal_in_constant_time(std::string_view given, std::string_view right) noexcept {
  unsigned difference = given.size() == right.size() ? 0U : 1U;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto a = static_cast<unsigned>(static_cast<unsigned char>(given[i]));
    const auto b = static_cast<unsigned>(static_cast<unsigned char>(right[i % right.size()]));
    difference |= a ^ b;
  }
  return difference == 0;
}

// The token of "Bearer TOKEN"; nothing where the header is missing or of another kind.
std::optional<std::string_view> bearer_token(std::string_view header) {
  const std::string_view scheme = header.substr(0, std::min(header.size(), kScheme.size()));
  const auto equal = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + ('a' - 'A')) : a) == b;
  };
  if (!std::ranges::equal(scheme, kScheme, equal)) return std::nullopt;
  header.remove_prefix(kScheme.size());
  const auto start = header.find_first_not_of(' ');
  if (start == 0 || start == std::string_view::npos) return std::nullopt;
  return header.substr(start);
}

net::HttpResponse unauthorized(std::string_view error, std::string challenge) {
  net::HttpResponse response = error_answer(401, error);
  response.headers.emplace_back("WWW-Authenticate", std::move(challenge));
  return response;
}

}  // namespace

base::Result<AdminToken> read_admin_token(const std::filesystem::path& file) {
  auto text = base::read_file(file);
  if (!text) return base::Failure(text.error());
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  if (text->empty()) {
    return base::fail("{} is empty, so nobody could show the token; fill it: openssl rand -hex 32 > {}", file.string(),
                      file.string());
  }
  if (text->size() < kShortestToken || text->size() > kLongestToken || !std::ranges::all_of(*text, is_printable)) {
    return base::fail(
        "{} holds no token: that is one line of {} to {} printable characters without spaces; make one: "
        "openssl rand -hex 32 > {}",
        file.string(), kShortestToken, kLongestToken, file.string());
  }
  return AdminToken{*std::move(text), warning_of(file)};
}

std::optional<net::HttpResponse> AdminAccess::refusal_of_change(const net::HttpRequest& request) const {
  if (request.door == net::HttpRequest::Door::kUnixSocket) return std::nullopt;
  if (!token_) {
    return error_answer(403,
                        "this address is for reading; ask by the control socket, or set admin.tokenFile in "
                        "cluster.yaml and show its token");
  }
  const auto shown = bearer_token(request.authorization);
  if (!shown) {
    return unauthorized("a change needs the token of admin.tokenFile; send the header Authorization: Bearer TOKEN",
                        "Bearer realm=\"keepstate-lb\"");
  }
  if (equal_in_constant_time(*shown, *token_)) return std::nullopt;
  return unauthorized("this is not the token of admin.tokenFile; it is read at the start and at each reload",
                      "Bearer realm=\"keepstate-lb\", error=\"invalid_token\"");
}

}  // namespace lb::control
