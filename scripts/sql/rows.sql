-- The number of rows of every table, by an exact count.
\pset footer off
WITH counted AS (
  SELECT n.nspname AS schema, c.relname AS relation,
         (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I.%I', n.nspname, c.relname), false, true, '')))[1]::text::bigint AS rows
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_toast%'
)
SELECT schema, relation AS table, rows FROM counted
UNION ALL SELECT '', 'all', coalesce(sum(rows), 0) FROM counted
ORDER BY 1 DESC, 2;
