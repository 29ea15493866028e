#!/usr/bin/env bash
# Brings pgAudit for the newest server that the system has.
set -euo pipefail
source "$(dirname "$0")/debian13.sh"

[ -d /usr/lib/postgresql ] || system postgresql
version=$(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -n | tail -n 1)
system "postgresql-$version" "postgresql-$version-pgaudit"
