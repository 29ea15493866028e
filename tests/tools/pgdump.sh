#!/usr/bin/env bash
# Brings pg_dump and pg_restore 16 or later, because pg_dump refuses a server that is newer than itself. Debian 12 has 15: there, they are
# Debian 13's with the libraries that they were built for, in bin/pgdump.
set -euo pipefail
source "$(dirname "$0")/debian13.sh"
cd "$(dirname "$0")/../.."

if ! is_debian12; then
  system postgresql-client
  exit
fi
debian13 "$PWD/bin/pgdump" postgresql-client-17 libc6 libpq5 libssl3t64 libgssapi-krb5-2 libkrb5-3 libkrb5support0 libk5crypto3 libcom-err2 libkeyutils1 \
  libldap2 libsasl2-2 liblz4-1 libzstd1 zlib1g
root=$PWD/bin/pgdump/root
loader=$(find "$root" -name 'ld-linux-*' | head -1)
for program in pg_dump pg_restore; do
  cat >"bin/pgdump/$program" <<SH
#!/bin/sh
exec $loader --library-path $(dirname "$loader") $root/usr/lib/postgresql/17/bin/$program "\$@"
SH
  chmod +x "bin/pgdump/$program"
  "bin/pgdump/$program" --version
done
