-- The schema, line by line, in a form that does not depend on the version of the server. Logical replication carries no DDL.
\set QUIET on
\pset tuples_only on
\pset format unaligned
SET search_path = pg_catalog;
CREATE TEMPORARY VIEW ours AS
SELECT n.oid, n.nspname FROM pg_namespace n
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'mosaic_switch') AND n.nspname !~ '^pg_(toast|temp)';
SELECT line FROM (
  SELECT format('%s %I.%I', c.relkind, ours.nspname, c.relname) FROM pg_class c JOIN ours ON ours.oid = c.relnamespace WHERE c.relkind NOT IN ('c', 'i', 'I')
  UNION ALL
  SELECT format('column %I.%I.%I %s %s %s', ours.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                CASE WHEN a.attnotnull THEN 'NOT NULL' END, pg_get_expr(d.adbin, d.adrelid))
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN ours ON ours.oid = c.relnamespace LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind NOT IN ('i', 'I', 'S')
  UNION ALL
  SELECT format('constraint %I.%I %I %s', ours.nspname, c.relname, x.conname, pg_get_constraintdef(x.oid))
  FROM pg_constraint x JOIN pg_class c ON c.oid = x.conrelid JOIN ours ON ours.oid = c.relnamespace WHERE x.contype <> 'n'
  UNION ALL
  SELECT format('index %s', pg_get_indexdef(i.indexrelid)) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN ours ON ours.oid = c.relnamespace
  WHERE i.indisvalid AND c.relkind <> 't'
  UNION ALL
  SELECT format('trigger %s', pg_get_triggerdef(t.oid)) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN ours ON ours.oid = c.relnamespace
  WHERE NOT t.tgisinternal AND t.tgname <> 'mosaic_closed'
  UNION ALL
  SELECT format('routine %I.%I(%s) %s', ours.nspname, p.proname, pg_get_function_identity_arguments(p.oid), md5(p.prosrc)) FROM pg_proc p JOIN ours ON ours.oid = p.pronamespace
  WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
  UNION ALL
  SELECT format('enum %I.%I %s', ours.nspname, t.typname, string_agg(e.enumlabel, ' ' ORDER BY e.enumsortorder)) FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid
  JOIN ours ON ours.oid = t.typnamespace GROUP BY ours.nspname, t.typname
  UNION ALL
  SELECT format('extension %I', extname) FROM pg_extension
) AS schema (line)
ORDER BY line COLLATE "C";
