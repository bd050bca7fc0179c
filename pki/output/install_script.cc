#include "pki/output/install_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace pki::output {
namespace {

// Etcd before those that talk to it.
constexpr std::string_view kRestartedFirst = "etcd";

// The list of files stands between head and tail.
constexpr std::string_view kScriptHead = R"sh(#!/bin/sh
# Puts the files beside it into their places. Written by keepstate-pki bundle.
#
# usage: sh install.sh [--root DIR] [--force] [--keep]
#   --root DIR   take DIR for the root of the file system (an image that is mounted there)
#   --force      also on a machine that calls itself otherwise
#   --keep       leave what was unpacked where it is, keys included; else it goes once all is in its place
# Exit codes: 0 everything is in its place, 1 something failed and the next run completes it, 2 wrong usage.
set -eu
umask 077
)sh";

constexpr std::string_view kScriptTail = R"sh(
say() { printf 'install.sh: %s\n' "$*"; }
die() { say "$*" >&2; exit 1; }
wrong() { say "$*; usage: sh install.sh [--root DIR] [--force] [--keep]" >&2; exit 2; }

root='' force='' keep=''
while [ $# -gt 0 ]; do
  case $1 in
    --root)
      if [ $# -lt 2 ] || [ ! -d "$2" ]; then wrong "--root needs a folder that is there"; fi
      root=${2%/}; shift ;;
    --force) force=yes ;;
    --keep) keep=yes ;;
    *) wrong "'$1' is not known" ;;
  esac
  shift
done

here=$(cd "$(dirname "$0")" && pwd)
me=$(uname -n); me=${me%%.*}
if [ -z "$root" ] && [ -z "$force" ] && [ "$me" != "$machine" ]; then
  die "this bundle is for $machine, but this machine calls itself $me; unpack the right one, or say --force"
fi
if [ -z "$root" ] && [ "$(id -u)" -ne 0 ]; then die "these places are root's; run it as root"; fi

# Everything is looked at before anything is changed.
files | while read -r mode target units; do
  [ -f "$here/files$target" ] || die "$here/files$target is missing; unpack the whole archive"
  [ ! -d "$root$target" ] || die "$root$target is a folder; move it away"
done

make_folder() { (umask 022; mkdir -p "$1"); }
same() { cmp -s "$here/files$1" "$root$1"; }
has_mode() { [ -n "$(find "$root$2" -prune -type f -perm "$1")" ]; } # MODE TARGET
stage() { # MODE TARGET: private from the first byte, by the umask
  make_folder "$root${2%/*}"
  rm -f "$root$2.keepstate-new"
  cp "$here/files$2" "$root$2.keepstate-new"
  [ "$(id -u)" -ne 0 ] || chown 0:0 "$root$2.keepstate-new"
  chmod "$1" "$root$2.keepstate-new"
}

# What earlier bundles brought and this one does not, the machine must no longer have: a controller's keys on what has
# become a worker. It is noted before it is placed, so that an interrupted run forgets none.
targets() { files | while read -r mode target units; do echo "$target"; done | sort -u; }
note() { # the paths on standard input, and no others
  cat >"$state/placed.new"
  mv -f "$state/placed.new" "$state/placed"
}

state=$root/var/lib/keepstate-pki
make_folder "$state"
touch "$state/placed"
{ cat "$state/placed"; targets; } | sort -u | note
files | while read -r mode target units; do
  if same "$target"; then
    has_mode "$mode" "$target" || chmod "$mode" "$root$target"
    rm -f "$root$target.keepstate-new"
  else
    stage "$mode" "$target"
    # Noted before the file is in its place, so that an interrupted run forgets no unit.
    if [ "$units" != - ]; then echo "$units" | tr , '\n' >>"$state/restart"; fi
  fi
done
sync
files | while read -r mode target units; do
  if [ -e "$root$target.keepstate-new" ]; then
    mv -f "$root$target.keepstate-new" "$root$target"
    say "placed $target"
  fi
done
targets >"$state/wanted"
comm -23 "$state/placed" "$state/wanted" | while read -r gone; do
  rm -f "$root$gone" "$root$gone.keepstate-new"
  say "took away $gone, which this machine must no longer have"
done
note <"$state/wanted"
rm -f "$state/wanted"
sync

# Only what the archive brought, whatever else may lie there.
take_away() {
  files | while read -r mode target units; do rm -f "$here/files$target"; done
  find "$here/files" -depth -type d -exec rmdir {} \; 2>/dev/null || :
  rm -f "$here/install.sh"
  rmdir "$here" 2>/dev/null || :
}
if [ -n "$keep" ]; then
  say "what was unpacked stays in $here, keys included"
else
  take_away
  say "removed what was unpacked in $here"
fi

if [ ! -s "$state/restart" ]; then
  say "nothing to restart: everything was in its place"
  exit 0
fi
restart=''
for unit in $order; do
  if grep -qx "$unit" "$state/restart"; then restart="$restart $unit"; fi
done
say "now run: systemctl restart$restart"
rm -f "$state/restart"
)sh";

// The units of all files, each once, in the order in which they are to be restarted.
std::vector<std::string> restart_order(const std::vector<BundleFile>& files) {
  std::vector<std::string> units;
  for (const auto& file : files) {
    for (const auto& unit : file.units) {
      if (std::find(units.begin(), units.end(), unit) == units.end()) units.push_back(unit);
    }
  }
  std::stable_partition(units.begin(), units.end(), [](const std::string& unit) { return unit == kRestartedFirst; });
  return units;
}

}  // namespace

std::string install_script(const std::string& machine, const std::vector<BundleFile>& files) {
  std::string list;
  for (const auto& file : files) {
    list += fmt::format("{:04o} {} {}\n", file.mode, file.target,
                        file.units.empty() ? "-" : fmt::format("{}", fmt::join(file.units, ",")));
  }
  return fmt::format("{}machine={}\norder='{}'\n# MODE TARGET UNITS\nfiles() {{\n  cat <<'END'\n{}END\n}}\n{}",
                     kScriptHead, machine, fmt::join(restart_order(files), " "), list, kScriptTail);
}

}  // namespace pki::output
