#!/usr/bin/env bash
# Puts PgBouncer 1.21 or later, which knows prepared statements, into bin/pgbouncer. Debian 12 has 1.18: there, it is Debian
# 13's with the libraries that it was built for.
set -euo pipefail
source "$(dirname "$0")/debian13.sh"
cd "$(dirname "$0")/../.."

recent() { [[ $("$1" --version 2>/dev/null) =~ PgBouncer\ 1\.([0-9]+) ]] && ((BASH_REMATCH[1] >= 21)); }

if ! is_debian12; then
  system pgbouncer
  for installed in pgbouncer /usr/sbin/pgbouncer; do ! recent "$installed" || exit 0; done
  echo "the system's PgBouncer is older than 1.21: install a later one, such as PostgreSQL's own package" >&2
  exit 1
fi

debian13 "$PWD/bin/pgbouncer" pgbouncer libc6 libevent-2.1-7t64 libcares2 libssl3t64 libsystemd0 libpam0g libldap2
root=$PWD/bin/pgbouncer/root
libraries=$(dirname "$(find "$root" -name 'ld-linux-*' | head -1)")
cat >bin/pgbouncer/pgbouncer <<SH
#!/bin/sh
exec $(find "$libraries" -name 'ld-linux-*') --library-path $libraries $root/usr/sbin/pgbouncer "\$@"
SH
chmod +x bin/pgbouncer/pgbouncer
recent bin/pgbouncer/pgbouncer
