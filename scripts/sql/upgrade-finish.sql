-- Finishes a major upgrade: statistics are not carried over, and extensions keep their old version.
\set QUIET on
SELECT clock_timestamp() AS began
\gset
CREATE TEMPORARY TABLE before AS SELECT extname, extversion FROM pg_extension;

-- A rough sample of all tables first, so that the planner has statistics soon. Warnings are switched off: there is one for each
-- table that the user may not analyze, such as shared catalogs. The tables that were missed are listed below.
SET client_min_messages = error;
SET vacuum_cost_delay = 0;
\echo analyzing all tables three times, each with a larger sample
SET default_statistics_target = 1;
ANALYZE;
SET default_statistics_target = 10;
ANALYZE;
RESET default_statistics_target;
ANALYZE;

-- An extension that fails does not stop the others.
\set ON_ERROR_STOP off
SELECT format('ALTER EXTENSION %I UPDATE', extname)
FROM pg_extension AS e JOIN pg_available_extensions ON name = extname
WHERE extversion <> default_version
ORDER BY e.oid
\gexec
\set ON_ERROR_STOP on

CREATE TEMPORARY VIEW missed AS
SELECT format('ANALYZE %I.%I', schemaname, relname) AS statement, (last_analyze >= :'began') IS NOT TRUE AS left_to_do
FROM pg_stat_user_tables
WHERE schemaname !~ '^pg_temp_'
UNION ALL
SELECT format('ALTER EXTENSION %I UPDATE', extname), extversion <> default_version
FROM pg_extension JOIN pg_available_extensions ON name = extname;
\echo tables
SELECT count(*) AS tables, count(*) FILTER (WHERE NOT left_to_do) AS analyzed FROM missed WHERE statement ~ '^ANALYZE';
\echo extensions
SELECT extname AS extension, before.extversion AS before, e.extversion AS now, default_version AS newest
FROM pg_extension AS e JOIN before USING (extname) JOIN pg_available_extensions ON name = extname
ORDER BY 1;
SELECT format('DO LANGUAGE plpgsql %L', format('BEGIN RAISE EXCEPTION USING MESSAGE = %L; END',
              format(E'these statements failed, or %s may not run them:\n%s', current_user, string_agg(statement, E'\n' ORDER BY statement))))
FROM missed
WHERE left_to_do
HAVING count(*) > 0
\gexec
