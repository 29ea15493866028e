-- What would make a major upgrade fail, or needs work before or after it. The first three lists have to be empty.
\echo prepared transactions: commit them or roll them back
SELECT gid, prepared, owner, database FROM pg_prepared_xacts;
\echo columns of reg* types, which pg_upgrade cannot carry over: change their type
SELECT n.nspname AS schema, c.relname AS relation, a.attname AS column, a.atttypid::regtype AS type
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT a.attisdropped AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND a.atttypid::regtype::text IN ('regproc', 'regprocedure', 'regoper', 'regoperator', 'regconfig', 'regdictionary',
                                    'regnamespace', 'regcollation');
\echo databases that an interrupted DROP DATABASE left: drop them again
SELECT datname FROM pg_database WHERE datconnlimit = -2;
\echo logical replication slots: they do not survive; drop them before the upgrade and create them again after it
SELECT slot_name, plugin, active FROM pg_replication_slots WHERE slot_type = 'logical';
\echo extensions, which db-upgrade-finish updates after the upgrade
SELECT extname, extversion, default_version FROM pg_extension JOIN pg_available_extensions ON name = extname ORDER BY 1;
