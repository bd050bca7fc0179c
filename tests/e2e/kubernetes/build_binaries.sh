#!/usr/bin/env bash
# Kubernetes' programs for the end-to-end test: built from Debian's source package `kubernetes` (1.20), or taken from $KUBE_BIN_DIR.
#
#   build_binaries.sh FOLDER      afterwards FOLDER/bin holds all of $programs; a second run finds them there
#
# Needs the packages golang-go, golang-github-modern-go-reflect2-dev and dpkg-dev; about 4 minutes and 4 GiB of disk. The source comes by apt
# from the archives that this machine already uses; lists of our own are kept in FOLDER, so the system's stay as they are.
set -euo pipefail

programs=(kube-apiserver kube-controller-manager kube-scheduler kubectl kubelet)
folder=${1:?usage: build_binaries.sh FOLDER}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
say() { printf 'build_binaries: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

is_complete() { # BIN
  local program
  for program in "${programs[@]}"; do [[ -x $1/$program ]] || return 1; done
}

take_given() {
  is_complete "$KUBE_BIN_DIR" || die "KUBE_BIN_DIR=$KUBE_BIN_DIR lacks one of: ${programs[*]}"
  mkdir -p "$folder/bin"
  local program
  for program in "${programs[@]}"; do ln -sf "$(realpath "$KUBE_BIN_DIR/$program")" "$folder/bin/$program"; done
  say "took those of $KUBE_BIN_DIR"
}

# The archives of /etc/apt that hold Debian itself, as sources of source.
write_sources() { # FOLDER
  local file
  mkdir -p "$1/lists.d" "$1/lists/partial" "$1/cache/archives/partial"
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [[ -f $file ]] || continue
    sed -nE 's/^deb([[:space:]].*[[:space:]]main([[:space:]].*)?)$/deb-src\1/p' "$file" >"$1/lists.d/$(basename "$file" .list)-src.list"
  done
  for file in /etc/apt/sources.list.d/*.sources; do
    [[ -f $file ]] || continue
    if ! grep -q debian-archive "$file"; then continue; fi
    sed -E 's/^Types:.*/Types: deb-src/' "$file" >"$1/lists.d/$(basename "$file")"
  done
}

fetch_source() { # INTO
  local apt=$folder/apt options
  write_sources "$apt"
  options=(-qq -o "Dir::Etc::SourceList=/dev/null" -o "Dir::Etc::SourceParts=$apt/lists.d" -o "Dir::State::Lists=$apt/lists"
    -o "Dir::Cache::Archives=$apt/cache/archives" -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache=" -o "APT::Sandbox::User=root")
  say "fetching Debian's source package kubernetes"
  apt-get "${options[@]}" update
  mkdir -p "$1"
  (cd "$1" && apt-get "${options[@]}" --download-only source kubernetes >/dev/null)
  (cd "$1" && dpkg-source --no-check -x kubernetes_*.dsc unpacked >/dev/null)
}

# vendor's reflect2 reads the runtime in a way that Go 1.18 ended; Debian's package of the same library does not.
mend_reflect2() { # TREE
  local ours=$1/vendor/github.com/modern-go/reflect2 theirs=/usr/share/gocode/src/github.com/modern-go/reflect2
  [[ -d $theirs ]] || die "$theirs is missing: install golang-github-modern-go-reflect2-dev"
  find "$ours" -maxdepth 1 -type f \( -name '*.go' -o -name '*.s' \) -delete
  find "$theirs" -maxdepth 1 -type f \( -name '*.go' -o -name '*.s' \) ! -name '*_test.go' -exec cp {} "$ours" \;
}

# The packages whose types the OpenAPI document describes: those that say so, staging/ by the name it has in vendor/.
openapi_packages() { # TREE
  cd "$1" && grep -rlE --include='*.go' '^// ?\+k8s:openapi-gen=' pkg staging/src vendor/k8s.io 2>/dev/null |
    grep -vE '/(code-generator|sample-apiserver|kube-openapi)/' | xargs -n 1 dirname | sort -u |
    sed -E 's#^staging/src/#k8s.io/kubernetes/vendor/#; s#^vendor/#k8s.io/kubernetes/vendor/#; s#^pkg/#k8s.io/kubernetes/pkg/#' | sort -u
}

generate_openapi() { # TREE
  local tree=$1 packages
  say "generating the OpenAPI definitions"
  (cd "$tree" && go build -o "$folder/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen)
  packages=$(openapi_packages "$tree" | paste -sd,)
  # From within the tree, or vendor/ is not looked at.
  (cd "$tree" && "$folder/openapi-gen" -i "$packages" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi \
    -h hack/boilerplate/boilerplate.generatego.txt --output-base "$GOPATH/src" -r /dev/null)
}

build() {
  command -v go >/dev/null || die "go is missing: install golang-go"
  export GOPATH=$folder/go GO111MODULE=off CGO_ENABLED=0 GOCACHE=$folder/go-cache GOFLAGS=-p=2
  local tree=$GOPATH/src/k8s.io/kubernetes program
  rm -rf "$folder/source" "$GOPATH"
  fetch_source "$folder/source"
  mkdir -p "$(dirname "$tree")"
  mv "$folder/source/unpacked" "$tree"
  mend_reflect2 "$tree"
  generate_openapi "$tree"
  mkdir -p "$folder/bin.new"
  for program in "${programs[@]}"; do
    say "building $program"
    (cd "$tree" && go build -ldflags "$(version_flags "$tree")" -o "$folder/bin.new/$program" "./cmd/$program")
  done
  rm -rf "${folder:?}/bin"
  mv "$folder/bin.new" "$folder/bin"
  chmod -R u+w "$GOPATH" && rm -rf "$GOPATH" "$folder/go-cache" "$folder/source" "$folder/apt" "$folder/openapi-gen"
}

# What the programs say of themselves; kubelet and its API server compare versions.
version_flags() { # TREE
  local version
  version=$(sed -nE '1s/.*\+really([0-9.]+)-.*/\1/p; 1s/^kubernetes \(([0-9.]+)-.*/\1/p' "$1/debian/changelog" | head -n 1)
  [[ -n $version ]] || die "cannot tell the version from debian/changelog"
  printf -- '-s -w'
  local package
  for package in k8s.io/kubernetes/vendor/k8s.io/component-base/version k8s.io/kubernetes/vendor/k8s.io/client-go/pkg/version; do
    printf -- ' -X %s.gitVersion=v%s -X %s.gitMajor=%s -X %s.gitMinor=%s' "$package" "$version" "$package" "${version%%.*}" \
      "$package" "$(cut -d. -f2 <<<"$version")"
  done
}

if [[ -n ${KUBE_BIN_DIR-} ]]; then take_given; exit; fi
if is_complete "$folder/bin"; then exit; fi
build
say "built $("$folder/bin/kubectl" version --client --short 2>/dev/null || echo kubectl) into $folder/bin"
