-- Makes the login for logical replication, and the publication of all tables. The password is a setting of the session, so that it is in no
-- statement: not in the log, not in pg_stat_activity.
\set QUIET on
SET client_min_messages = warning;
BEGIN;
SELECT 'CREATE ROLE mosaic_replication' WHERE to_regrole('mosaic_replication') IS NULL
\gexec
DO $$ BEGIN
  EXECUTE format('ALTER ROLE mosaic_replication LOGIN CONNECTION LIMIT 20 PASSWORD %L', current_setting('mosaic.replication'));
  -- On RDS, who is a member of rds_replication may replicate; elsewhere it is an attribute.
  IF to_regrole('rds_replication') IS NOT NULL THEN
    GRANT rds_replication TO mosaic_replication;
  ELSE
    ALTER ROLE mosaic_replication REPLICATION;
  END IF;
END $$;
SELECT format('GRANT CONNECT ON DATABASE %I TO mosaic_replication', current_database())
\gexec
CREATE TEMPORARY VIEW published AS
SELECT n.nspname, c.relname, c.relispartition
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'mosaic_switch')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e');
SELECT DISTINCT format('GRANT USAGE ON SCHEMA %I TO mosaic_replication', nspname) FROM published
\gexec
SELECT format('GRANT SELECT ON %I.%I TO mosaic_replication', nspname, relname) FROM published
\gexec
DROP PUBLICATION IF EXISTS mosaic_replication;
-- With a partitioned table, its partitions are published.
SELECT 'CREATE PUBLICATION mosaic_replication FOR TABLE ' || string_agg(format('%I.%I', nspname, relname), ', ') FROM published WHERE NOT relispartition
HAVING count(*) > 0
\gexec
COMMIT;
