#!/usr/bin/env bash
# Puts PgBouncer 1.21 or later, which knows prepared statements, into bin/pgbouncer. Debian 12 has 1.18: there, it is Debian
# 13's with the libraries that it was built for, beside the system and not in it.
set -euo pipefail
cd "$(dirname "$0")/../.."

recent() { [[ $("$1" --version 2>/dev/null) =~ PgBouncer\ 1\.([0-9]+) ]] && ((BASH_REMATCH[1] >= 21)); }

sudo=(); [ "$(id -u)" = 0 ] || sudo=(sudo)
if ! grep -qs '^VERSION_CODENAME=bookworm' /etc/os-release; then
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends pgbouncer
  for installed in pgbouncer /usr/sbin/pgbouncer; do ! recent "$installed" || exit 0; done
  echo "the system's PgBouncer is older than 1.21: install a later one, such as PostgreSQL's own package" >&2
  exit 1
fi

apt=$PWD/bin/pgbouncer/apt root=$PWD/bin/pgbouncer/root
rm -rf bin/pgbouncer
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$root"
mirror=$(cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null |
  sed -nE 's/^(URIs:|deb( \[[^]]*\])?) *([^ ]+).*/\3/p' | sed 1q) || [ -n "$mirror" ]
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$apt/sources.list"
options=(-qq -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$apt/lists"
  -o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false)
"${sudo[@]}" apt-get "${options[@]}" update
(cd "$apt" && "${sudo[@]}" apt-get "${options[@]}" download \
  pgbouncer libc6 libevent-2.1-7t64 libcares2 libssl3t64 libsystemd0 libpam0g libldap2)
for package in "$apt"/*.deb; do dpkg-deb -x "$package" "$root"; done
libraries=$(dirname "$(find "$root" -name 'ld-linux-*' | head -1)")
cat >bin/pgbouncer/pgbouncer <<SH
#!/bin/sh
exec $(find "$libraries" -name 'ld-linux-*') --library-path $libraries $root/usr/sbin/pgbouncer "\$@"
SH
chmod +x bin/pgbouncer/pgbouncer
"${sudo[@]}" rm -rf "$apt"
recent bin/pgbouncer/pgbouncer
