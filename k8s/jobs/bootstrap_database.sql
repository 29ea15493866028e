-- Makes the database of one additional application, as the master user, who is connected to the main database here. CREATE DATABASE
-- is no part of a transaction, so a run may end between any two steps; the next one goes on from there. Nobody can connect to the
-- database before PUBLIC may not. There are no two dollar signs in a row, as in bootstrap.sql.
\getenv instance INSTANCE
\getenv number PASSWORD_VERSION
\getenv owner ROLE_OWNER
\getenv own OWN_DATABASE
\getenv main_roles MAIN_ROLES
SET client_min_messages = warning;

-- Until the connection ends; the number is that of bootstrap.sql.
SELECT pg_advisory_lock(7309453680167812963) AS alone
\gset

CREATE FUNCTION pg_temp.refuse(reason text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION USING MESSAGE = reason; END';

-- What this program made has an owner with its comment, who may make schemas in it, or is not open yet.
SELECT pg_temp.refuse(format('the database %1$s exists already, and this program did not make it, so it is left alone; write another additionalApps.<name>.database.name, '
                             'or, if nobody needs what is in it, have %2$s drop it: DROP DATABASE %1$I', datname, pg_get_userbyid(datdba)))
  FROM pg_database
 WHERE datname = :'own'
   AND NOT EXISTS (SELECT FROM pg_roles
                    WHERE rolname = :'owner' AND shobj_description(pg_roles.oid, 'pg_authid') ~ '^[a-z][a-z0-9-]* \d+$'
                      AND (has_database_privilege(pg_roles.oid, pg_database.oid, 'CREATE') OR NOT datallowconn))
\gexec

-- The comment of an owner who is there already says which passwordVersion the logins have.
BEGIN;
SELECT to_regrole(quote_ident(:'owner')) IS NULL AS owner_is_new
\gset
\if :owner_is_new
  CREATE ROLE :"owner";
  SELECT format('COMMENT ON ROLE %I IS %L', :'owner', :'instance' || ' ' || :'number')
  \gexec
\endif
COMMIT;

-- template0 is as the server was made, and nobody is ever connected to it.
SELECT format('CREATE DATABASE %I TEMPLATE template0 ALLOW_CONNECTIONS false', :'own')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'own')
\gexec

-- The databases that every server has are nobody's, and open to all at first. Logins that are not this program's keep them.
BEGIN;
CREATE TEMPORARY TABLE common ON COMMIT DROP AS
SELECT datname, datacl, datdba FROM pg_database WHERE datname IN ('postgres', 'template1') AND pg_has_role(current_user, datdba, 'USAGE');
SELECT format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO %I', datname, rolname)
  FROM common, pg_roles
 WHERE rolcanlogin AND NOT rolsuper AND rolname !~ '^(pg_|rds)' AND rolname <> current_user AND rolname <> ALL (string_to_array(:'main_roles', ' '))
   AND EXISTS (SELECT FROM aclexplode(coalesce(datacl, acldefault('d', datdba))) WHERE grantee = 0 AND privilege_type = 'CONNECT')
\gexec
SELECT format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC', datname) FROM common
\gexec
REVOKE ALL ON DATABASE :"own" FROM PUBLIC;
GRANT CONNECT, TEMPORARY, CREATE ON DATABASE :"own" TO :"owner";
ALTER DATABASE :"own" ALLOW_CONNECTIONS true;
COMMIT;

\connect :own
