-- Refuses all writes, by a trigger on each table. The transaction waits for the writers that are under way, ten seconds at most, so that none is left
-- when it commits. Reading goes on, and so does logical replication, for which triggers do not fire.
\set QUIET on
SET client_min_messages = warning;
BEGIN;
SET LOCAL lock_timeout = '10s';
DROP SCHEMA IF EXISTS mosaic_switch CASCADE;
CREATE SCHEMA mosaic_switch;
CREATE FUNCTION mosaic_switch.closed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION USING ERRCODE = 'read_only_sql_transaction', MESSAGE = 'this instance takes no writes: the database is moving to another one, or has moved';
END $$;
SELECT format('CREATE TRIGGER mosaic_closed BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I.%I FOR EACH STATEMENT EXECUTE FUNCTION mosaic_switch.closed()', n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY c.oid
\gexec
COMMIT;
