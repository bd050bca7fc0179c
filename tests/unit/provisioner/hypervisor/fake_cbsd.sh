#!/bin/sh
# Stands in for CBSD: keeps machines in $FAKE/machines, notes its words in $FAKE/log, and answers as CBSD 14.1 does where
# colours are off: columns, errors on standard output, exit code 0 for nearly everything.
set -eu
echo "$*" >>"$FAKE/log"
command=$1; shift
jname='' jconf='' vm_ram='' vm_cpus='' astart=''
for word; do
  case $word in
    jname=*) jname=${word#*=} ;;
    jconf=*) jconf=${word#*=} ;;
    vm_ram=*) vm_ram=${word#*=} ;;
    vm_cpus=*) vm_cpus=${word#*=} ;;
    astart=*) astart=${word#*=} ;;
  esac
done
of() { cat "$FAKE/machines/$1/$2"; }
set_to() { echo "$3" >"$FAKE/machines/$1/$2"; }
if [ -e "$FAKE/fails.$command" ]; then cat "$FAKE/fails.$command"; exit 1; fi
if [ -e "$FAKE/ignores.$command" ]; then cat "$FAKE/ignores.$command"; exit 0; fi
case $command in
  bls)
    for machine in "$FAKE"/machines/*; do
      [ -d "$machine" ] || continue
      name=${machine##*/}
      printf '%-14s %-4s %-6s %-6s %s  \n' "$name" "$(of "$name" status)" "$(of "$name" pid)" \
        "$(($(of "$name" ram) / 1048576))" "$(of "$name" cpus)"
    done ;;
  jstatus) if [ -d "$FAKE/machines/$jname" ]; then of "$jname" pid; exit 1; else echo 0; fi ;;
  bcreate)
    (
      # As CBSD does, as root: what the file does here, it would do there.
      ci_ip4_addr='' ci_user_pubkey=''
      # shellcheck disable=SC1090
      . "$jconf"
      mkdir -p "$FAKE/machines/$jname"
      set_to "$jname" status Off; set_to "$jname" pid 0
      set_to "$jname" ram "$vm_ram"; set_to "$jname" cpus "$vm_cpus"
      set_to "$jname" address "$ci_ip4_addr"; set_to "$jname" key "$ci_user_pubkey"
      set_to "$jname" mac "00:a0:98:00:00:$(printf '%02x' "$(find "$FAKE/machines" -mindepth 1 -maxdepth 1 | wc -l)")"
    )
    echo "auto-generate cloud-init settings: /usr/jails/jails-system/$jname/cloud-init" >&2 ;;
  bhyve-nic-list)
    for machine in "$FAKE"/machines/*; do
      [ -d "$machine" ] || continue
      printf '%-14s %s  \n' "${machine##*/}" "$(of "${machine##*/}" mac)"
    done ;;
  bstart)
    set_to "$jname" status On; set_to "$jname" pid 4711
    printf 'cloud-init: enabled\nWaiting for PID\nPID: 4711\n' ;;
  bstop) set_to "$jname" status Off; set_to "$jname" pid 0; echo 'bstop done in 12 seconds' ;;
  bset)
    [ -z "$vm_ram" ] || set_to "$jname" ram "$vm_ram"
    [ -z "$vm_cpus" ] || set_to "$jname" cpus "$vm_cpus"
    [ -z "$astart" ] || set_to "$jname" astart "$astart" ;;
  bremove)
    if [ -e "$FAKE/machines/$jname/protected" ]; then
      echo "Protected/locked jail. Skip for remove: $jname"
    else
      rm -rf "$FAKE/machines/$jname"
    fi ;;
  *) echo "No such command: $command"; exit 1 ;;
esac
