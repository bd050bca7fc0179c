#include "provisioner/units/push_script.h"

#include <gmock/gmock.h>

#include "lib/base/file_system.h"
#include "lib/base/subprocess.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/provisioner/units/sample_units.h"

namespace provisioner::units {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Knows units by files in $FAKE: NAME.active, NAME.enabled, NAME.pid. What is restarted becomes what NAME.becomes says.
constexpr std::string_view kSystemctl = R"sh(#!/bin/sh
of() { cat "$FAKE/$1" 2>/dev/null || echo "$2"; }
case $1 in
  is-active) of "$2.active" inactive; [ "$(of "$2.active" inactive)" = active ]; exit ;;
  is-enabled) of "$2.enabled" disabled; [ "$(of "$2.enabled" disabled)" = enabled ]; exit ;;
  show)
    if [ "$3" = MainPID ]; then of "$5.pid" 0; else of "$5.active" inactive; fi
    if [ -e "$FAKE/$5.falls" ]; then echo "$(($(of "$5.pid" 0) + 1))" >"$FAKE/$5.pid"; fi
    exit ;;
esac
echo "$*" >>"$FAKE/log"
[ "$1" != -q ] || shift
case $1 in
  enable) shift; for unit; do echo enabled >"$FAKE/$unit.enabled"; done ;;
  --no-block | restart)
    while [ "$1" != restart ]; do shift; done; shift
    for unit; do of "$unit.becomes" active >"$FAKE/$unit.active"; done ;;
esac
)sh";
// A clock that moves when it is looked at, and nobody who sleeps.
constexpr std::string_view kDate = R"sh(#!/bin/sh
now=$(($(cat "$FAKE/now" 2>/dev/null || echo 1000) + 1)); echo "$now" | tee "$FAKE/now"
)sh";

class PushScriptsTest : public ::testing::Test {
 protected:
  PushScriptsTest() {
    std::filesystem::create_directories(root());
    std::filesystem::create_directories(fake() / "bin");
    program(fake() / "bin/systemctl", kSystemctl);
    program(fake() / "bin/date", kDate);
    program(fake() / "bin/sleep", "#!/bin/sh\n");
    program(fake() / "bin/journalctl", "#!/bin/sh\necho \"last words of $2\"\n");
    for (const auto& unit : units(kController).units) {
      if (!unit.program.empty()) program(at(unit.program), "#!/bin/sh\n");
    }
  }

  static constexpr std::size_t kController = 0;
  static constexpr std::size_t kWorkerIndex = 3;

  [[nodiscard]] std::filesystem::path root() const { return scratch_.path() / "root"; }
  [[nodiscard]] std::filesystem::path fake() const { return scratch_.path() / "fake"; }
  [[nodiscard]] std::filesystem::path at(const std::string& path) const { return root() / path.substr(1); }
  static void program(const std::filesystem::path& path, std::string_view text) { put(path, text, 0755); }
  static void put(const std::filesystem::path& path, std::string_view text, mode_t mode = 0644) {
    std::filesystem::create_directories(path.parent_path());
    ASSERT_TRUE(base::write_file(path, text, mode));
  }
  [[nodiscard]] static std::string content(const std::filesystem::path& path) {
    return base::read_file(path).value_or("");
  }
  [[nodiscard]] std::string log() const { return content(fake() / "log"); }
  void forget_log() const { std::filesystem::remove(fake() / "log"); }
  [[nodiscard]] MachineUnits units(std::size_t machine) const {
    return machine_units(cluster_, cluster_.machines.at(machine)).value();
  }
  [[nodiscard]] PushScripts scripts(std::size_t machine = kController) const {
    return {cluster_, units(machine), root().string()};
  }
  // Keys, as keepstate-pki would place them.
  void place_keys() {
    for (const auto& unit : units(kController).units) {
      for (const auto& file : unit.reads) {
        if (file.find("/etc/systemd/") == std::string::npos && !std::filesystem::exists(at(file))) put(at(file), "key");
      }
    }
  }
  [[nodiscard]] base::Output run(const std::string& script) const {
    put(scratch_.path() / "script", script);
    base::SubprocessOptions options;
    options.environment = {{"PATH", (fake() / "bin").string() + ":/usr/bin:/bin"}, {"FAKE", fake().string()}};
    auto output = base::run_captured({"/bin/sh", (scratch_.path() / "script").string()}, options);
    EXPECT_TRUE(output) << output.error().message;
    return output.value_or(base::Output{});
  }
  std::string done(const std::string& script) {
    const auto output = run(script);
    EXPECT_TRUE(output.status.ok()) << output.status.to_string() << output.err;
    EXPECT_EQ(output.err, "");
    return output.out;
  }

  cluster::Cluster cluster_ = units_cluster();
  tests::support::TemporaryFolder scratch_;
};

TEST_F(PushScriptsTest, LookingTellsAllAndChangesNothing) {
  std::filesystem::remove(at("/usr/local/bin/etcd"));
  put(at("/etc/systemd/system/etcd.service"), "[Service]\nExecStart=/somebody/elses\n");
  put(fake() / "etcd.active", "failed\n");
  const std::string said = done(scripts().look());
  EXPECT_THAT(said, HasSubstr("file foreign /etc/systemd/system/etcd.service\n"));
  EXPECT_THAT(said, HasSubstr("file missing /etc/systemd/system/kube-apiserver.service\n"));
  EXPECT_THAT(said, HasSubstr("program /usr/local/bin/etcd\n"));
  EXPECT_THAT(said, HasSubstr("unit etcd failed disabled\n"));
  EXPECT_THAT(said, HasSubstr("member no\n"));
  EXPECT_FALSE(std::filesystem::exists(at("/var/lib/keepstate-provisioner")));
  EXPECT_EQ(log(), "");
}

TEST_F(PushScriptsTest, PlacesEveryFileAsItIs) {
  EXPECT_THAT(done(scripts().place()), HasSubstr("placed /etc/systemd/system/etcd.service\n"));
  for (const auto& file : units(kController).files) EXPECT_EQ(content(at(file.path)), file.content) << file.path;
  const std::string said = done(scripts().look());
  EXPECT_THAT(said, Not(HasSubstr("missing")));
  EXPECT_THAT(said, Not(HasSubstr("differs")));
  EXPECT_EQ(done(scripts().place()), "");
}

TEST_F(PushScriptsTest, ReplacesOnlyWhatDiffersAndIsOurs) {
  done(scripts().place());
  put(at("/etc/systemd/system/etcd.service"), "changed by hand");
  EXPECT_THAT(done(scripts().look()), HasSubstr("file differs /etc/systemd/system/etcd.service\n"));
  EXPECT_EQ(done(scripts().place()), "placed /etc/systemd/system/etcd.service\n");
}

TEST_F(PushScriptsTest, TouchesNothingWhereSomebodyElsesFileIsInTheWay) {
  put(at("/etc/systemd/system/kube-scheduler.service"), "somebody else's");
  const auto output = run(scripts().place());
  EXPECT_FALSE(output.status.ok());
  EXPECT_THAT(output.err, HasSubstr("/etc/systemd/system/kube-scheduler.service is there and not ours; move it away"));
  EXPECT_EQ(content(at("/etc/systemd/system/kube-scheduler.service")), "somebody else's");
  EXPECT_FALSE(std::filesystem::exists(at("/etc/systemd/system/etcd.service")));
}

TEST_F(PushScriptsTest, TouchesNothingWhereAProgramIsMissing) {
  std::filesystem::remove(at("/usr/local/bin/etcd"));
  const auto output = run(scripts().place());
  EXPECT_FALSE(output.status.ok());
  EXPECT_THAT(output.err, HasSubstr("programs are missing: /usr/local/bin/etcd; install them first"));
  EXPECT_FALSE(std::filesystem::exists(at("/etc")));
}

TEST_F(PushScriptsTest, RemovesWhatIsWantedNoMore) {
  for (const auto& unit : units(kWorkerIndex).units) {
    if (!unit.program.empty()) program(at(unit.program), "#!/bin/sh\n");
  }
  for (const auto& plugin : units(kWorkerIndex).programs) program(at(plugin), "#!/bin/sh\n");
  done(scripts(kWorkerIndex).place());
  put(at("/etc/systemd/system/mine.service"), "not yours");
  cluster_.kubernetes.container_runtime.kind = cluster::ContainerRuntimeKind::kOther;
  const std::string said = done(scripts(kWorkerIndex).place());
  EXPECT_THAT(said, HasSubstr("removed /etc/systemd/system/containerd.service\n"));
  EXPECT_THAT(said, HasSubstr("removed /etc/containerd/config.toml\n"));
  EXPECT_FALSE(std::filesystem::exists(at("/etc/systemd/system/containerd.service")));
  EXPECT_TRUE(std::filesystem::exists(at("/etc/systemd/system/mine.service")));
  EXPECT_EQ(log(), "disable --now containerd.service\n");
  EXPECT_EQ(done(scripts(kWorkerIndex).place()), "");
}

TEST_F(PushScriptsTest, CompletesWhatBrokeOff) {
  put(at("/etc/systemd/system/etcd.service.keepstate-new"), "half of i");
  done(scripts().place());
  EXPECT_EQ(content(at("/etc/systemd/system/etcd.service")),
            text_of(units(kController).files, "/etc/systemd/system/etcd.service"));
  put(at("/etc/systemd/system/etcd.service.keepstate-new"), "left behind");
  EXPECT_EQ(done(scripts().place()), "");
  EXPECT_FALSE(std::filesystem::exists(at("/etc/systemd/system/etcd.service.keepstate-new")));
}

TEST_F(PushScriptsTest, StartsAllInTheirOrderAndThenOnlyWhatReadsSomethingNew) {
  done(scripts().place());
  place_keys();
  EXPECT_EQ(done(scripts().restart()),
            "restarted etcd\nrestarted kube-apiserver\nrestarted kube-controller-manager\nrestarted kube-scheduler\n");
  EXPECT_EQ(log(),
            "daemon-reload\n-q enable etcd kube-apiserver kube-controller-manager kube-scheduler\n"
            "reset-failed etcd kube-apiserver kube-controller-manager kube-scheduler\n"
            "--no-block restart etcd kube-apiserver kube-controller-manager kube-scheduler\n");
  forget_log();
  EXPECT_EQ(done(scripts().restart()), "");
  EXPECT_THAT(log(), Not(HasSubstr("restart")));

  put(at("/etc/etcd/kubernetes.pem"), "renewed");
  EXPECT_EQ(done(scripts().restart()), "restarted etcd\n");
  put(fake() / "kube-scheduler.active", "failed\n");
  EXPECT_EQ(done(scripts().restart()), "restarted kube-scheduler\n");
}

TEST_F(PushScriptsTest, LeavesAUnitThatIsStartingToItself) {
  done(scripts().place());
  place_keys();
  put(fake() / "etcd.becomes", "activating\n");
  done(scripts().restart());
  EXPECT_EQ(done(scripts().restart()), "");
}

TEST_F(PushScriptsTest, ForgetsNoRestartThatAnInterruptionCutOff) {
  done(scripts().place());
  place_keys();
  done(scripts().restart());
  put(at("/etc/etcd/ca.pem"), "renewed");
  // As if it had ended behind the sums, before systemctl was called.
  const std::string script = scripts().restart();
  const std::string before = script.substr(0, script.find("[ -z \"$enable\" ]"));
  done(before);
  EXPECT_EQ(done(script), "restarted etcd\n");
}

TEST_F(PushScriptsTest, NamesTheKeyThatIsMissingAndWhoReadsIt) {
  done(scripts().place());
  const auto output = run(scripts().restart());
  EXPECT_FALSE(output.status.ok());
  EXPECT_THAT(output.err, HasSubstr("/etc/etcd/ca.pem is missing, which etcd reads; make it by keepstate-pki"));
  EXPECT_THAT(log(), Not(HasSubstr("restart")));
}

TEST_F(PushScriptsTest, RestartsSystemdsOwnAtOnce) {
  for (const auto& unit : units(kWorkerIndex).units) {
    if (!unit.program.empty()) program(at(unit.program), "#!/bin/sh\n");
    for (const auto& file : unit.reads) put(at(file), "x");
  }
  EXPECT_THAT(done(scripts(kWorkerIndex).restart()),
              HasSubstr("restarted systemd-modules-load\nrestarted systemd-sysctl\n"));
  EXPECT_THAT(log(), HasSubstr("restart systemd-modules-load\nrestart systemd-sysctl\n-q enable containerd kubelet "
                               "kube-proxy\n"));
}

TEST_F(PushScriptsTest, WaitsUntilAllHaveComeUp) {
  for (const auto& unit : units(kController).units) put(fake() / (unit.name + ".active"), "active\n");
  EXPECT_EQ(done(scripts().wait(std::chrono::seconds{30})), "");
}

TEST_F(PushScriptsTest, EndsWithTheLastWordsOfWhoDoesNotComeUp) {
  for (const auto& unit : units(kController).units) put(fake() / (unit.name + ".active"), "active\n");
  put(fake() / "etcd.active", "activating\n");
  const auto output = run(scripts().wait(std::chrono::seconds{30}));
  EXPECT_FALSE(output.status.ok());
  EXPECT_THAT(output.err, HasSubstr("not all units have come up within 30 seconds:\netcd is activating (main process "
                                    "0)\nlast words of etcd\n"));
  EXPECT_THAT(output.err, Not(HasSubstr("last words of kube-apiserver")));
}

TEST_F(PushScriptsTest, DoesNotTakeOneThatFallsAgainAndAgainForUp) {
  for (const auto& unit : units(kController).units) put(fake() / (unit.name + ".active"), "active\n");
  put(fake() / "kube-scheduler.falls", "");
  EXPECT_FALSE(run(scripts().wait(std::chrono::seconds{30})).status.ok());
}

}  // namespace
}  // namespace provisioner::units
