-- Prints the statements whose results have to be the same on both instances: the number of rows of each table, and a hash of all of them. A
-- table above the limit, in MB, is left out: that it is there is what the position in the WAL and the state of the subscription say.
\set QUIET on
\pset tuples_only on
\pset format unaligned
SELECT 'SET timezone = ''UTC''; SET datestyle = ISO; SET intervalstyle = postgres; SET extra_float_digits = 1; SET bytea_output = hex;';
SELECT CASE WHEN size > :megabytes * 1048576::numeric THEN format('SELECT %L;', name || ' is not compared: ' || pg_size_pretty(size))
            ELSE format('SELECT %L, count(*), sum(hashtextextended(t::text, 0)) FROM %s AS t;', name, name) END
FROM (SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name,
             pg_table_size(c.oid) + (SELECT coalesce(sum(pg_table_size(relid)), 0) FROM pg_partition_tree(c.oid)) AS size
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')) AS compared
ORDER BY name;
