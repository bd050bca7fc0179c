#include "provisioner/hypervisor/download.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "lib/base/file_system.h"
#include "lib/base/unique_fd.h"

namespace provisioner::hypervisor {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr long kPartOfIt = 206;
constexpr long kRangeBeyondTheEnd = 416;

struct FreeCurl {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using CurlPtr = std::unique_ptr<CURL, FreeCurl>;
using ListPtr = std::unique_ptr<curl_slist, FreeCurl>;

// What FILE.part is the beginning of.
struct Origin {
  std::string url;
  std::string version;  // what If-Range takes; "": the server told nothing that would do
};

fs::path note_of(const fs::path& file) {
  return file.string() + ".part.from";
}

Origin read_origin(const fs::path& file) {
  const auto text = base::read_file(note_of(file));
  const json note = text ? json::parse(*text, nullptr, false) : json();
  if (!note.is_object() || !note.contains("url") || !note.contains("version")) return {};
  if (!note["url"].is_string() || !note["version"].is_string()) return {};
  return {note["url"], note["version"]};
}

base::Result<void> write_origin(const fs::path& file, const Origin& origin) {
  return base::write_file(note_of(file), json{{"url", origin.url}, {"version", origin.version}}.dump() + "\n", 0644);
}

// The head of the last response; those of redirections before it do not count.
class Head {
 public:
  void take(std::string_view line) {
    if (line.starts_with("HTTP/")) fields_.clear();
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return;
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    line.remove_prefix(colon + 1);
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.front())) != 0) line.remove_prefix(1);
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) line.remove_suffix(1);
    fields_[name] = line;
  }

  // A weak ETag says that two versions mean the same, not that their bytes are the same (RFC 9110 s8.8.1).
  [[nodiscard]] std::string version() const {
    const std::string tag = field("etag");
    return tag.empty() || tag.starts_with("W/") ? field("last-modified") : tag;
  }
  [[nodiscard]] bool begins_at(std::uint64_t offset) const {
    return field("content-range").starts_with(fmt::format("bytes {}-", offset));
  }

 private:
  [[nodiscard]] std::string field(const char* name) const {
    const auto found = fields_.find(name);
    return found == fields_.end() ? "" : found->second;
  }

  std::map<std::string, std::string> fields_;
};

enum class Verdict { kWhole, kTryAgain, kGiveUp };

// One request, from its first byte to what came of it.
class Transfer {
 public:
  Transfer(std::string url, fs::path file, const DownloadOptions& options)
      : url_(std::move(url)), file_(std::move(file)), options_(options) {}

  [[nodiscard]] Verdict run() {
    if (!open_part()) return Verdict::kGiveUp;
    const CurlPtr handle(curl_easy_init());
    if (!handle) return give_up("no memory");
    const ListPtr headers = set_up(handle.get());
    const CURLcode code = curl_easy_perform(handle.get());
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status_);
    return judge(code);
  }

  [[nodiscard]] const std::string& why() const noexcept { return why_; }
  [[nodiscard]] std::uint64_t reached() const noexcept { return brought_ > 0 ? offset_ + brought_ : 0; }

 private:
  bool open_part() {
    part_ = base::UniqueFd(::open(part_of(file_).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    struct stat status {};
    if (!part_ || ::fstat(part_.get(), &status) != 0) {
      why_ = fmt::format("cannot write {}: {}", part_of(file_).string(), base::errno_text(errno));
      return false;
    }
    origin_ = read_origin(file_);
    const bool goes_on = origin_.url == url_ && !origin_.version.empty();
    offset_ = goes_on ? static_cast<std::uint64_t>(status.st_size) : 0;
    return true;
  }

  [[nodiscard]] ListPtr set_up(CURL* handle) {
    curl_easy_setopt(handle, CURLOPT_URL, url_.c_str());
    const bool secret = url_.starts_with("https:");  // and stays so, wherever it is sent on
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, secret ? "https" : "http,https");
    curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, secret ? "https" : "http,https");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(handle, CURLOPT_MAXREDIRS, 10L);
    curl_easy_setopt(handle, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "keepstate-provisioner");
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, 20L);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.silence.count()));
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, curl_words_.data());
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, this);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &Transfer::on_progress);
    handle_ = handle;
    if (offset_ == 0) return nullptr;
    curl_easy_setopt(handle, CURLOPT_RANGE, fmt::format("{}-", offset_).c_str());
    ListPtr headers(curl_slist_append(nullptr, ("If-Range: " + origin_.version).c_str()));
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
    return headers;
  }

  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self) {
    static_cast<Transfer*>(self)->head_.take({bytes, size * count});
    return size * count;
  }
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self) {
    return static_cast<Transfer*>(self)->write({bytes, size * count}) ? size * count : CURL_WRITEFUNC_ERROR;
  }
  static int on_progress(void* self, curl_off_t total, curl_off_t now, curl_off_t /*up*/, curl_off_t /*up_now*/) {
    const auto& transfer = *static_cast<Transfer*>(self);
    if (now > 0 && transfer.begun_) {
      const auto before = transfer.offset_;
      transfer.options_.moved(before + static_cast<std::uint64_t>(now),
                              total > 0 ? before + static_cast<std::uint64_t>(total) : 0);
    }
    return transfer.options_.is_interrupted() ? 1 : 0;
  }

  // Where the bytes go is known with the first one: behind what is there, or in its place.
  bool begin() {
    begun_ = true;
    curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status_);
    if (status_ == kPartOfIt) {
      if (offset_ > 0 && head_.begins_at(offset_)) return true;
      is_wrong_range_ = true;
      return false;
    }
    offset_ = 0;
    if (::ftruncate(part_.get(), 0) != 0) return cannot_write();
    const auto noted = write_origin(file_, {url_, head_.version()});
    if (!noted) why_ = noted.error().message;
    return noted.has_value();
  }

  bool write(std::string_view bytes) {
    if (!begun_ && !begin()) return false;
    while (!bytes.empty()) {
      const auto at = static_cast<off_t>(offset_ + brought_);
      const ssize_t n = ::pwrite(part_.get(), bytes.data(), bytes.size(), at);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return cannot_write();
      brought_ += static_cast<std::uint64_t>(n);
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  bool cannot_write() {
    why_ = fmt::format("cannot write {}: {}", part_of(file_).string(), base::errno_text(errno));
    return false;
  }

  Verdict give_up(std::string why) {
    why_ = std::move(why);
    return Verdict::kGiveUp;
  }

  // An empty file has no first byte.
  Verdict whole() {
    if (!begun_ && !begin()) return Verdict::kGiveUp;
    if (::fsync(part_.get()) == 0) return Verdict::kWhole;
    cannot_write();
    return Verdict::kGiveUp;
  }

  [[nodiscard]] Verdict judge(CURLcode code) {
    if (code == CURLE_OK) return whole();
    if (!why_.empty()) return Verdict::kGiveUp;  // this side's own fault
    if (code == CURLE_ABORTED_BY_CALLBACK) return give_up("interrupted; the next run goes on from here");
    // What we have is not the beginning of what there is.
    if (is_wrong_range_ || status_ == kRangeBeyondTheEnd) forget_part(file_);
    why_ = curl_words_.front() != '\0' ? curl_words_.data() : curl_easy_strerror(code);
    if (code == CURLE_HTTP_RETURNED_ERROR) return is_passing(status_) ? Verdict::kTryAgain : Verdict::kGiveUp;
    static constexpr std::array kFinal{CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_PEER_FAILED_VERIFICATION,
                                       CURLE_SSL_CACERT_BADFILE, CURLE_TOO_MANY_REDIRECTS};
    const bool is_final = std::find(kFinal.begin(), kFinal.end(), code) != kFinal.end();
    return is_final ? Verdict::kGiveUp : Verdict::kTryAgain;
  }

  // Too busy, too slow, not quite well; or our range was of another version.
  static bool is_passing(long status) {
    return status >= 500 || status == 408 || status == 429 || status == kRangeBeyondTheEnd;
  }

  std::string url_;
  fs::path file_;
  const DownloadOptions& options_;
  CURL* handle_ = nullptr;  // while run() is at work
  base::UniqueFd part_;
  Origin origin_;
  std::uint64_t offset_ = 0;   // where what is brought goes
  std::uint64_t brought_ = 0;  // bytes
  bool begun_ = false;
  bool is_wrong_range_ = false;
  long status_ = 0;
  Head head_;
  std::string why_;
  std::array<char, CURL_ERROR_SIZE> curl_words_{};
};

bool is_ready() {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return ready;
}

}  // namespace

fs::path part_of(const fs::path& file) {
  return file.string() + ".part";
}

void forget_part(const fs::path& file) {
  std::error_code ignored;
  fs::remove(part_of(file), ignored);
  fs::remove(note_of(file), ignored);
}

base::Result<void> download(const std::string& url, const fs::path& file, const DownloadOptions& options) {
  if (!is_ready()) return base::fail("cannot get {}: libcurl does not start", url);
  std::uint64_t furthest = 0;  // a server without ranges may bring the same again and again
  for (int idle = 0;;) {
    Transfer transfer(url, file, options);
    const Verdict verdict = transfer.run();
    if (verdict == Verdict::kWhole) return {};
    idle = transfer.reached() > furthest ? 0 : idle + 1;
    furthest = std::max(furthest, transfer.reached());
    if (verdict == Verdict::kGiveUp || idle == kIdleTries) return base::fail("cannot get {}: {}", url, transfer.why());
    if (idle > 0) options.rest(std::chrono::seconds{1} * (1 << idle));
  }
}

}  // namespace provisioner::hypervisor
