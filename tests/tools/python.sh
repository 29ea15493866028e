#!/usr/bin/env bash
# Brings Python with SQLAlchemy 2, Alembic, the PostgreSQL drivers and boto3. Debian 12 has SQLAlchemy 1.4, which does not know
# postgresql+psycopg: there, bin/python/python3 is the system's Python with Debian 13's SQLAlchemy, Alembic and psycopg 3.
set -euo pipefail
source "$(dirname "$0")/debian13.sh"
cd "$(dirname "$0")/../.."

system python3 python3-psycopg2 python3-asyncpg python3-boto3 python3-sqlalchemy alembic
if ! is_debian12; then
  system python3-psycopg
  exit
fi
folder=$(cd bin && pwd -P)/python
debian13 "$folder" python3-sqlalchemy python3-alembic python3-psycopg python3-typing-extensions
cat >bin/python/python3 <<SH
#!/bin/sh
PYTHONPATH=$folder/root/usr/lib/python3/dist-packages exec /usr/bin/python3 "\$@"
SH
chmod +x bin/python/python3
/usr/bin/python3 -m compileall -q "$folder/root" || true # as installing does
bin/python/python3 -c 'import sqlalchemy; assert sqlalchemy.__version__ >= "2"'
