#include "tests/demo/demo.h"

#include <fmt/core.h>

#include <csignal>
#include <thread>

#include "lib/base/file_system.h"
#include "tests/demo/report.h"
#include "tests/support/http_client.h"

namespace tests::demo {
namespace {

using base::fail;
using base::Failure;
using base::Result;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr unsigned kRequests = 400;
constexpr unsigned kBeforeTheKill = 100;
constexpr milliseconds kPatience{8000};
constexpr milliseconds kWatchInterval{100};
constexpr milliseconds kDownWithin{20'000};  // two health checks of 1 s, and much air
constexpr milliseconds kBetweenLooks{50};
// With two degrees of freedom a fair split passes this once in a million runs; 1:1:1 instead of 1:1:2 scores about 45.
constexpr double kUnfair = 27.6;

template <class... Args>
void tell(fmt::format_string<Args...> format, Args&&... args) {
  fmt::print(format, std::forward<Args>(args)...);
  std::fflush(stdout);
}

long long milliseconds_since(steady_clock::time_point begin) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin).count();
}

Failure interrupted() {
  return fail("interrupted; all is ended and removed");
}

struct WatchBegin {
  support::WatchStream stream;
  std::string server;
};

Result<WatchBegin> open_watch(const support::TlsClient& client, const base::SocketAddress& vip) {
  auto stream = client.watch(vip, fmt::format("/watch?interval={}ms", kWatchInterval.count()), kPatience);
  if (!stream) return Failure(stream.error());
  const auto line = stream->next_line(steady_clock::now() + kPatience);
  if (!line) return Failure(line.error());
  if (!*line) return fail("the watch ended at once");
  return WatchBegin{std::move(*stream), server_in(**line)};
}

// Reads what has come meanwhile and goes on until the present, so that the stream is seen to live. How many events.
Result<unsigned> catch_up(support::WatchStream& watch) {
  const auto present = steady_clock::now() + 2 * kWatchInterval;
  unsigned events = 0;
  while (steady_clock::now() < present) {
    const auto line = watch.next_line(steady_clock::now() + kPatience);
    if (!line) return fail("the watch broke after {} events: {}", events, line.error().message);
    if (!*line) return fail("the watch ended after {} events", events);
    ++events;
  }
  return events;
}

// The heaviest that does not carry the watch: whoever holds a stream to a dead server has to notice.
std::size_t choose_victim(const Places& places, const std::string& watched) {
  std::size_t victim = places.members.size();
  for (std::size_t i = 0; i < places.members.size(); ++i) {
    if (places.members[i].name == watched) continue;
    if (victim == places.members.size() || places.members[i].weight > places.members[victim].weight) victim = i;
  }
  return victim;
}

}  // namespace

Demo::Demo(support::Programs programs, Places places, const support::Interrupts& interrupts)
    : programs_(std::move(programs)), places_(std::move(places)), interrupts_(interrupts) {}

Result<void> Demo::run() {
  tell("Keepstate: three API servers behind one address. No root, loopback only; all files are in\n{}\n\n",
       folder_.path().string());
  for (const std::string& remark : places_.remarks) tell("   {}\n", remark);
  for (const auto step : {&Demo::start_all, &Demo::show_split, &Demo::show_death}) {
    if (auto done = (this->*step)(); !done) return with_log(done.error());
  }
  return {};
}

Failure Demo::with_log(const base::Error& error) const {
  if (!balancer_ || interrupts_.pending()) return Failure(error);
  return fail("{}\nkeepstate-lb's last words:\n{}", error.message, support::last_lines(file("lb.log")));
}

Result<void> Demo::start_all() {
  const auto yaml = file("cluster.yaml");
  if (auto written = base::write_file(yaml, cluster_yaml(places_, file("lb.sock").string()), 0644); !written) {
    return written;
  }
  auto certificates = programs_.make_certificates(yaml, file("pki"));
  if (!certificates) return Failure(certificates.error());
  certificates_ = *certificates;
  tell("1. keepstate-pki has made a CA and the API servers' certificate.\n");

  tell("2. Three API servers, each a process of its own (stand-ins that speak TLS as kube-apiserver does):\n");
  for (const Member& member : places_.members) {
    auto server = programs_.start_api_server(member.name, member.address, certificates_);
    if (!server) return Failure(server.error());
    tell("     {}  https://{}  pid {}\n", member.name, server->address.to_string(), server->process.pid());
    servers_.push_back(std::move(*server));
  }
  return start_balancer();
}

Result<void> Demo::start_balancer() {
  const auto begin = steady_clock::now();
  auto balancer = programs_.start_balancer({"-c", file("cluster.yaml").string()}, places_.admin, file("lb.log"));
  if (!balancer) return Failure(balancer.error());
  tell("3. keepstate-lb runs on {} (pid {}), ready after {} ms.\n", places_.vip.to_string(), balancer->pid(),
       milliseconds_since(begin));
  balancer_ = std::move(*balancer);
  auto client = support::TlsClient::make(certificates_.ca(), places_.vip.ip().to_string());
  if (!client) return Failure(client.error());
  client_ = std::move(*client);
  return {};
}

Result<void> Demo::show_split() {
  tell("\n4. A client asks https://{}/version on {} new TLS connections; each is verified by the CA.\n",
       places_.vip.to_string(), kRequests);
  const auto tally = ask(kRequests);
  if (!tally) return Failure(tally.error());
  tell("{}     {}\n", split_table(places_, *tally, ""), summary(*tally));
  return check(*tally, "");
}

Result<void> Demo::show_death() {
  auto watch = open_watch(*client_, places_.vip);
  if (!watch) return fail("cannot open a watch: {}", watch.error().message);
  const std::size_t index = choose_victim(places_, watch->server);
  const std::string& victim = places_.members[index].name;
  tell("\n5. A watch is open, on {}. The client asks {} times more; after {} requests {} is killed (SIGKILL).\n",
       watch->server, kRequests, kBeforeTheKill, victim);
  const auto tally = ask_while_dying(index);
  if (!tally) return Failure(tally.error());
  const auto events = catch_up(watch->stream);
  if (!events) return Failure(events.error());
  tell("     the watch: {} events, never interrupted\n", *events);
  tell(
      "   A new connection that finds {} gone is given to the next server at once; its client sees nothing. (It is\n"
      "   killed between two requests: what a dead server had already begun to answer no TCP balancer can save.)\n",
      victim);
  return show_metrics(victim);
}

Result<Tally> Demo::ask_while_dying(std::size_t victim) {
  auto tally = ask(kBeforeTheKill);
  if (!tally) return tally;
  base::Subprocess& process = servers_[victim].process;
  if (auto sent = process.send_signal(SIGKILL); !sent) return Failure(sent.error());
  process.wait();  // once it is reaped, its port refuses
  auto rest = ask(kRequests - kBeforeTheKill);
  if (!rest) return rest;
  const std::string& gone = places_.members[victim].name;
  tell("   after the kill:\n{}", split_table(places_, *rest, gone));
  tally->add(*rest);
  tell("     {}\n", summary(*tally));
  if (auto fair = check(*rest, gone); !fair) return Failure(fair.error());
  if (tally->failed > 0) return fail("{} requests failed; the first: {}", tally->failed, tally->first_failure);
  return tally;
}

Result<void> Demo::show_metrics(std::string_view gone) {
  tell("\n6. What the balancer says of it, at http://{}/metrics\n", places_.admin.to_string());
  const auto deadline = steady_clock::now() + kDownWithin;
  while (true) {
    const auto metrics = support::http_get(places_.admin, "/metrics", kPatience);
    if (!metrics) return Failure(metrics.error());
    const std::string lines = telling_lines(metrics->body);
    if (tells_of_a_backend_down(metrics->body)) {
      tell("{}", lines);
      return {};
    }
    if (interrupts_.pending()) return interrupted();
    if (steady_clock::now() > deadline)
      return fail("the health check has not noticed that {} is gone:\n{}", gone, lines);
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

Result<Tally> Demo::ask(unsigned requests) const {
  const Traffic traffic(*client_, places_.vip);
  Tally tally = traffic.run(requests, [this] { return interrupts_.pending(); });
  if (interrupts_.pending()) return interrupted();
  return tally;
}

Result<void> Demo::check(const Tally& tally, std::string_view gone) const {
  if (tally.failed > 0) return fail("{} requests failed; the first: {}", tally.failed, tally.first_failure);
  if (!gone.empty() && tally.answered_by(std::string(gone)) > 0) return fail("{} answered after its death", gone);
  const double statistic = chi_squared(places_, tally, gone);
  if (statistic > kUnfair) return fail("the split does not follow the weights: chi-squared {:.1f}", statistic);
  return {};
}

Result<void> Demo::end() {
  return support::end_balancer(*balancer_, file("lb.log"));
}

void Demo::keep() const {
  const std::string url = "https://" + places_.vip.to_string();
  const std::string curl = "curl --cacert " + certificates_.ca().string();
  tell("\nAll is left running; Ctrl-C ends it and removes {}. Meanwhile, in another terminal:\n",
       folder_.path().string());
  tell("  {} {}/version\n", curl, url);
  tell("  {} {}/readyz\n", curl, url);
  tell("  {} --no-buffer {}/watch\n", curl, url);
  tell("  curl http://{}/metrics\n", places_.admin.to_string());
  tell("  less {}\n", file("lb.log").string());
  interrupts_.wait();
  tell("\nEnding.\n");
}

}  // namespace tests::demo
