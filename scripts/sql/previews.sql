-- The databases of previews: one line of JSON each, for scripts/db-previews.
\pset tuples_only on
\pset format unaligned
\getenv previews PREVIEWS
SELECT json_build_object('database', datname, 'bytes', pg_database_size(d.oid), 'sessions', (SELECT count(*) FROM pg_stat_activity AS s WHERE s.datname = d.datname))
  FROM pg_database AS d
 WHERE pg_get_userbyid(datdba) = :'previews'
   AND datname ~ '^[a-z0-9_]+$' -- as namespaces give them; their login may choose any name, and db-previews writes it into a statement
 ORDER BY datname;
