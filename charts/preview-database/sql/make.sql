-- Makes the database of a preview, unless it is there. Only the login of the previews may connect to it.
\getenv database DATABASE
\getenv template TEMPLATE
CREATE FUNCTION pg_temp.refuse(reason text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION USING MESSAGE = reason; END';
SELECT pg_temp.refuse(format('the database %s belongs to %s, so it is no preview''s: give the preview another namespace', datname, pg_get_userbyid(datdba)))
  FROM pg_database
 WHERE datname = :'database' AND datdba <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
\gexec
SELECT format('CREATE DATABASE %I TEMPLATE %I', :'database', :'template') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database')
\gexec
REVOKE CONNECT, TEMPORARY ON DATABASE :"database" FROM PUBLIC;
