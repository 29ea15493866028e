-- What keeps logical replication from copying the whole database, all at once. It runs on the active instance. Tables of extensions are left
-- out: their extension fills them, but for rows of one's own, which the extension says where to look for, as pg_dump does.
\set QUIET on
CREATE TEMPORARY TABLE own_rows (relation regclass, extension name);
SELECT format('INSERT INTO own_rows SELECT %L, %L WHERE EXISTS (SELECT FROM %s %s)', config.relation::regclass, extname, config.relation::regclass, config.condition)
FROM pg_extension, unnest(extconfig, extcondition) AS config (relation, condition) JOIN pg_class ON pg_class.oid = config.relation
WHERE relkind IN ('r', 'p') AND has_table_privilege(config.relation, 'SELECT')
\gexec
CREATE TEMPORARY VIEW relations AS
SELECT c.oid, c.relkind, c.relpersistence, c.relreplident, c.relrowsecurity, c.relowner, format('%I.%I', n.nspname, c.relname) AS name
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'S') AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'mosaic_switch')
  AND n.nspname !~ '^pg_toast' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e');
CREATE TEMPORARY VIEW problems (problem, instead) AS
SELECT 'wal_level is ' || current_setting('wal_level'), 'database.parameters.rds.logical_replication: "1", then restart the instance'
WHERE current_setting('wal_level') <> 'logical'
UNION ALL
SELECT format('%s of %s replication slots are taken', count(*), current_setting('max_replication_slots')), 'a larger database.parameters.max_replication_slots, then restart the instance'
FROM pg_replication_slots HAVING count(*) >= current_setting('max_replication_slots')::int
UNION ALL
SELECT format('%s of %s WAL senders are in use', count(*), current_setting('max_wal_senders')), 'a larger database.parameters.max_wal_senders, then restart the instance'
FROM pg_stat_replication HAVING count(*) >= current_setting('max_wal_senders')::int
UNION ALL
SELECT 'nothing limits the WAL that a slot keeps', 'database.parameters.max_slot_wal_keep_size'
WHERE current_setting('max_slot_wal_keep_size') = '-1'
UNION ALL
SELECT format('%s has no primary key: its UPDATE and DELETE would fail', name), format('ALTER TABLE %s ADD PRIMARY KEY (...), or REPLICA IDENTITY FULL', name)
FROM relations WHERE relkind IN ('r', 'p') AND (relreplident = 'n' OR relreplident = 'd'
  AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = relations.oid AND i.indisprimary))
UNION ALL
SELECT format('%s is unlogged: its rows are not replicated', name), format('ALTER TABLE %s SET LOGGED', name)
FROM relations WHERE relkind = 'r' AND relpersistence = 'u'
UNION ALL
SELECT format('%s has row level security, which stops logical replication', name), format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY until after the switch, or an upgrade in place', name)
FROM relations WHERE relrowsecurity
UNION ALL
SELECT format('%s belongs to %s, and %s is not a member of it', name, pg_get_userbyid(relowner), current_user), format('GRANT %I TO %I', pg_get_userbyid(relowner), current_user)
FROM relations WHERE NOT pg_has_role(relowner, 'USAGE')
UNION ALL
SELECT format('%s large objects are not replicated', count(*)), 'an upgrade in place'
FROM pg_largeobject_metadata HAVING count(*) > 0
UNION ALL
SELECT format('%s of the extension %s has rows of your own, which are not replicated', relation, extension), 'dump and load, or an upgrade in place'
FROM own_rows
UNION ALL
SELECT format('the database %s is not replicated', datname), 'copy it yourself, or drop it, or an upgrade in place'
FROM pg_database WHERE NOT datistemplate AND datname NOT IN ('postgres', 'rdsadmin', current_database())
UNION ALL
SELECT format('the prepared transaction %s: a new slot waits for its end', gid), format('COMMIT PREPARED %L, or ROLLBACK PREPARED', gid)
FROM pg_prepared_xacts WHERE database = current_database();

SELECT problem, instead FROM problems ORDER BY problem;
SELECT format('DO LANGUAGE plpgsql %L', format('BEGIN RAISE EXCEPTION ''%s problems, see above: nothing was changed''; END', count(*)))
FROM problems HAVING count(*) > 0
\gexec
