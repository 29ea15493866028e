# shellcheck shell=bash
# Packages of Debian 13 for Debian 12, which has older ones: beside the system and not in it.
sudo=(); [ "$(id -u)" = 0 ] || sudo=(sudo)

# is_debian12 tells whether the system is Debian 12.
is_debian12() { grep -qs '^VERSION_CODENAME=bookworm' /etc/os-release; }

# system PACKAGE... installs the system's own packages.
system() {
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

# debian13 FOLDER PACKAGE... unpacks packages of Debian 13 into FOLDER/root.
debian13() {
  local folder=$1 apt mirror options package
  shift
  apt=$folder/apt
  rm -rf "$folder"
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$folder/root"
  mirror=$(cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null |
    sed -nE 's/^(URIs:|deb( \[[^]]*\])?) *([^ ]+).*/\3/p' | sed 1q) || [ -n "$mirror" ]
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$apt/sources.list"
  options=(-qq -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$apt/lists"
    -o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false)
  "${sudo[@]}" apt-get "${options[@]}" update
  (cd "$apt" && "${sudo[@]}" apt-get "${options[@]}" download "$@")
  for package in "$apt"/*.deb; do dpkg-deb -x "$package" "$folder/root"; done
  "${sudo[@]}" rm -rf "$apt"
}
