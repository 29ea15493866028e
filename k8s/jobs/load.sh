# Fills the instance TARGET, which is empty, with a dump of SOURCE, in one transaction that ends with a comparison: TARGET has everything that SOURCE
# has, or nothing. SOURCE takes no writes from the dump on, and takes them again if anything fails. What tells that TARGET was filled is the comment
# on its database.
at_source() { PGHOST=$SOURCE_HOST psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$@"; }
at_target() { PGHOST=$TARGET_HOST psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$@"; }
say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
rm -f failed complete
export PGCONNECT_TIMEOUT=60 # an Aurora cluster that has paused takes half of it to resume
mark="mosaic-database: $TARGET was filled from $SOURCE"
loaded() { [ "$(at_target --tuples-only --no-align --command \
  "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()")" = "$mark" ]; }

# stop ends a session that fills TARGET, and waits until it has: then it has committed, or never will.
stop() {
  at_target --output /dev/null --command "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE application_name = 'mosaic-load' AND pid <> pg_backend_pid()"
}

[ "$SOURCE_USER" = "$PGUSER" ] ||
  fail "the master user is $SOURCE_USER in $SOURCE and $PGUSER in $TARGET, and owns objects under this name: dump and load by hand (docs/how-to/moving-in.md)"
stop
if loaded; then
  say "$TARGET has been filled from $SOURCE before"
  exit
fi
at_target --file switch-schema.sql >target
if grep -v '^extension ' target >own; then
  head -n 5 own >&2
  fail "$TARGET is not empty, see above, and was not filled from $SOURCE: nothing was changed"
fi
others=$(at_source --tuples-only --no-align --command \
  "SELECT string_agg(datname, ', ') FROM pg_database WHERE datname NOT IN (current_database(), 'postgres', 'rdsadmin') AND NOT datistemplate")
[ -z "$others" ] || fail "$SOURCE has other databases, which would stay behind: $others; move them first, and drop them there"
PGHOST=$SOURCE_HOST pg_dump --schema-only >/dev/null # an older version than the server's, or a privilege that is missing, ends it here

finish() {
  code=$?
  if stop && loaded; then
    exit 0
  fi
  at_target --output /dev/null --command 'SELECT 1' ||
    fail "could not check whether $TARGET has everything, so $SOURCE still takes no writes: run pulumi up again"
  at_source --file switch-open.sql || fail "$SOURCE still refuses writes; to open it: psql --file scripts/sql/switch-open.sql"
  say "$TARGET is empty, and $SOURCE takes writes again"
  exit $((code ? code : 1))
}
trap finish EXIT
trap 'exit 1' TERM INT
began=$(date +%s)
say "$SOURCE takes no writes while it is dumped: $(at_source --tuples-only --no-align --command 'SELECT pg_size_pretty(pg_database_size(current_database()))')"
at_source --file switch-close.sql

at_source --file replicate-roles.sql >roles.sql
{
  at_source --set megabytes=1000000000 --file switch-compare.sql
  echo 'SELECT count(*) FROM pg_largeobject_metadata;'
} >rows.sql
cat >compare.sql <<'SQL'
\i switch-schema.sql
\i rows.sql
SQL
at_source --output source --file compare.sql
cat >commit.sql <<'SQL'
\o target
\i compare.sql
\o
\set same `cmp -s source target && echo true || echo false`
\if :same
DROP SCHEMA mosaic_switch CASCADE;
COMMENT ON DATABASE :"DBNAME" IS :'mark';
COMMIT;
\else
\! diff source target | head -n 20 >&2
\warn 'the two databases differ after the load, see above'
\endif
SQL

# Without its last lines, nothing is committed. A comment on an extension belongs to rdsadmin; an older server does not have the setting. The
# data of a table may look like anything.
cat >filter.awk <<'AWK'
function flush() { printf "%s", held; held = ""; lines = 0 }
copying { print; if ($0 == "\\.") copying = 0; next }
/^COPY .* FROM stdin;$/ { flush(); print; copying = 1; next }
/^COMMENT ON EXTENSION / || /^SET transaction_timeout / { next }
$0 == "COMMIT;" { flush(); held = "COMMIT;\n"; lines = 1; next }
lines { held = held $0 "\n"; if (++lines > 20) flush(); next }
{ print }
END { sub(/^COMMIT;\n/, "", held); printf "%s", held; if ((getline line < "complete") > 0) print "\\i commit.sql" }
AWK
dump() { PGHOST=$SOURCE_HOST pg_dump --format custom --compress 0 --no-publications --no-subscriptions || echo yes >failed; }
fill() {
  {
    echo '\o /dev/null'
    echo 'BEGIN;'
    cat roles.sql
    dump | pg_restore --single-transaction --file - && [ ! -e failed ] && echo yes >complete
  } | awk -f filter.awk | PGAPPNAME=mosaic-load at_target --set "mark=$mark" --file -
}
fill &
wait $! || exit
loaded || exit 1
at_target --command "SET client_min_messages = error" --command ANALYZE || say "ANALYZE failed: the first queries of $TARGET may be slow"
say "$TARGET has everything, after $(($(date +%s) - began)) seconds without writes; $SOURCE takes none any more"
