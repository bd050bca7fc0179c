#include "provisioner/units/push_script.h"

#include <fmt/format.h>

#include "provisioner/step/mark.h"
#include "provisioner/step/shell_text.h"

namespace provisioner::units {
namespace {

using step::shell_word;

constexpr std::string_view kPrelude = R"sh(set -eu
umask 022
state=$root/var/lib/keepstate-provisioner
die() { printf '%s\n' "$*" >&2; exit 1; }
ours() { # PATH
  grep -qsxF -e "$1" "$state/placed" || grep -qsF -e "$mark" "$root$1"
}
condition() { # NUMBER PATH
  if [ ! -e "$root$2" ] && [ ! -h "$root$2" ]; then echo missing
  elif [ -f "$root$2" ] && "content_$1" | cmp -s - "$root$2"; then echo same
  elif ours "$2"; then echo differs
  else echo foreign; fi
}
)sh";

constexpr std::string_view kLook = R"sh(
look_at_file() { echo "file $(condition "$1" "$2") $2"; }
look_at_unit() {
  # Both print a word also where they fail; a unit that nobody knows has none.
  active=$(systemctl is-active "$1" 2>/dev/null || true)
  enabled=$(systemctl is-enabled "$1" 2>/dev/null || true)
  echo "unit $1 ${active:-unknown} ${enabled:-unknown}"
}
files look_at_file
programs | while read -r program; do [ -x "$root$program" ] || echo "program $program"; done
for unit in $units; do look_at_unit "$unit"; done
if [ -d "$root/var/lib/etcd/member" ]; then echo 'member yes'; else echo 'member no'; fi
)sh";

constexpr std::string_view kPlace = R"sh(
refuse_foreign() {
  [ "$(condition "$1" "$2")" != foreign ] ||
    die "$2 is there and not ours; move it away, or put it back into our hands with: echo '$2' >>$state/placed"
}
stage() {
  [ "$(condition "$1" "$2")" != same ] || return 0
  mkdir -p "$root${2%/*}"
  rm -f "$root$2.keepstate-new"
  "content_$1" >"$root$2.keepstate-new"
  chmod 0644 "$root$2.keepstate-new"
}
unveil() {
  [ -e "$root$2.keepstate-new" ] || return 0
  if [ "$(condition "$1" "$2")" = same ]; then rm -f "$root$2.keepstate-new"; return 0; fi
  mv -f "$root$2.keepstate-new" "$root$2"
  echo "placed $2"
}
path() { echo "$2"; }
remember() { # the paths on standard input, and no others
  sort -u >"$state/placed.new"
  mv -f "$state/placed.new" "$state/placed"
}
forget() { # PATH
  case $1 in
    /etc/systemd/system/*.service) systemctl disable --now "${1##*/}" >/dev/null 2>&1 || true ;;
  esac
  rm -f "$root$1"
  echo "removed $1"
}

# Everything is looked at before anything is changed.
lacking=$(programs | while read -r program; do [ -x "$root$program" ] || printf ' %s' "$program"; done)
[ -z "$lacking" ] || die "programs are missing:$lacking; install them first (spec.kubernetes.binaries says where)"
files refuse_foreign
mkdir -p "$state"
touch "$state/placed"
{ cat "$state/placed"; files path; } | remember
files stage
sync
files unveil
files path | sort -u >"$state/wanted"
comm -23 "$state/placed" "$state/wanted" | while read -r gone; do forget "$gone"; done
remember <"$state/wanted"
rm -f "$state/wanted"
sync
)sh";

constexpr std::string_view kRestart = R"sh(
restart='' enable=''
sum_of() { sha256sum -- "$@" | sha256sum | cut -d ' ' -f 1; }
is_running() { # a unit that starts, or that waits for its next try, does
  case $(systemctl show -p ActiveState --value "$1") in active | activating | reloading) ;; *) return 1 ;; esac
}
is_settled() { # UNIT: it runs, with the files that are there
  [ "$(cat "$state/$1.sum" 2>/dev/null)" = "$(cat "$state/$1.sum.new")" ] && is_running "$1"
}
consider() { # UNIT FILE...
  unit=$1; shift
  for file; do
    [ -f "$file" ] || die "${file#"$root"} is missing, which $unit reads; make it by keepstate-pki, and push again"
  done
  sum_of "$@" >"$state/$unit.sum.new"
}
keep() { mv -f "$state/$1.sum.new" "$state/$1.sum"; }
at_once() { # a unit of systemd's own, which ends its work
  consider "$@"
  is_settled "$1" || { systemctl restart "$1"; echo "restarted $1"; }
  keep "$1"
}
later() {
  consider "$@"
  enable="$enable $1"
  is_settled "$1" || restart="$restart $1"
}

mkdir -p "$state"
systemctl daemon-reload
consider_all
# shellcheck disable=SC2086
[ -z "$enable" ] || systemctl -q enable $enable
if [ -n "$restart" ]; then
  # Those that systemd has given up get another chance. It starts them one after the other, as their files say.
  # shellcheck disable=SC2086
  systemctl reset-failed $restart 2>/dev/null || true
  # shellcheck disable=SC2086
  systemctl --no-block restart $restart
fi
for unit in $enable; do keep "$unit"; done
for unit in $restart; do echo "restarted $unit"; done
)sh";

// A unit that falls over again and again is active in between: only who is the same process for a while counts.
constexpr std::string_view kWait = R"sh(
pulse() {
  for unit in $units; do
    echo "$unit $(systemctl show -p ActiveState --value "$unit") $(systemctl show -p MainPID --value "$unit")"
  done
}
end=$(($(date +%s) + limit)) before='' calm=0
while [ $calm -lt 3 ] && [ "$(date +%s)" -lt $end ]; do
  now=$(pulse)
  if [ "$now" = "$before" ] && ! echo "$now" | grep -qv ' active '; then calm=$((calm + 1)); else calm=0; fi
  before=$now
  [ $calm -ge 3 ] || sleep 1
done
[ $calm -lt 3 ] || exit 0
echo "not all units have come up within $limit seconds:" >&2
echo "$before" | while read -r unit active pid; do
  echo "$unit is $active (main process $pid)" >&2
  [ "$active" = active ] || journalctl -u "$unit" -n 8 -o cat --no-pager >&2 2>/dev/null || true
done
exit 1
)sh";

// A word that is no line of the text.
std::string end_mark(const std::string& text) {
  std::string mark = "END";
  while (text.find(mark) != std::string::npos) mark += "_";
  return mark;
}

std::string names_of(const std::vector<Unit>& units) {
  std::string names;
  for (const Unit& unit : units) names += (names.empty() ? "" : " ") + unit.name;
  return names;
}

}  // namespace

PushScripts::PushScripts(const cluster::Cluster& cluster, MachineUnits units, std::string root)
    : mark_(step::mark_of(cluster)), units_(std::move(units)), root_(std::move(root)) {}

std::string PushScripts::prelude() const {
  return fmt::format("root={}\nmark={}\nunits={}\n{}", shell_word(root_), shell_word(mark_),
                     shell_word(names_of(units_.units)), kPrelude);
}

// content_0 and so on print the files; `files WHAT` calls WHAT NUMBER PATH for each.
std::string PushScripts::contents() const {
  std::string text;
  std::string calls;
  for (std::size_t i = 0; i < units_.files.size(); ++i) {
    const UnitFile& file = units_.files[i];
    const std::string mark = end_mark(file.content);
    text += fmt::format("content_{}() {{\ncat <<'{}'\n{}{}\n}}\n", i, mark, file.content, mark);
    calls += fmt::format("  \"$1\" {} {}\n", i, shell_word(file.path));
  }
  return text + "files() {\n" + calls + "}\n";
}

std::string PushScripts::programs() const {
  std::string text = "programs() {\ncat <<'END'\n";
  for (const Unit& unit : units_.units) text += unit.program.empty() ? "" : unit.program + "\n";
  for (const std::string& program : units_.programs) text += program + "\n";
  return text + "END\n}\n";
}

std::string PushScripts::look() const {
  return prelude() + contents() + programs() + std::string(kLook);
}

std::string PushScripts::place() const {
  return prelude() + contents() + programs() + std::string(kPlace);
}

std::string PushScripts::restart() const {
  std::string calls = "consider_all() {\n";
  for (const Unit& unit : units_.units) {
    calls += fmt::format("  {} {}", unit.program.empty() ? "at_once" : "later", unit.name);
    for (const std::string& file : unit.reads) calls += " \"$root\"" + shell_word(file);
    calls += "\n";
  }
  return prelude() + calls + "}\n" + std::string(kRestart);
}

std::string PushScripts::wait(std::chrono::seconds limit) const {
  return prelude() + fmt::format("limit={}\n", limit.count()) + std::string(kWait);
}

}  // namespace provisioner::units
