-- Drops the database of a preview, and ends the sessions that are left in it.
\getenv database DATABASE
CREATE FUNCTION pg_temp.refuse(reason text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION USING MESSAGE = reason; END';
SELECT pg_temp.refuse(format('the database %s belongs to %s, so it is no preview''s: give the preview another namespace', datname, pg_get_userbyid(datdba)))
  FROM pg_database
 WHERE datname = :'database' AND datdba <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
\gexec
SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database WHERE datname = :'database'
\gexec
