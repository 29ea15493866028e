-- Makes the roles of the database, in one transaction, as the master user; what is right already stays. It runs in
-- psql, and takes names and SCRAM verifiers from the environment. Kubernetes reads two dollar signs in a row as one, and
-- a dollar sign with a parenthesis as a variable, so there are none.
\getenv instance INSTANCE
\getenv number PASSWORD_VERSION
\getenv owner ROLE_OWNER
\getenv readwrite ROLE_READWRITE
\getenv readonly ROLE_READONLY
\getenv app_a LOGIN_APP_A
\getenv app_b LOGIN_APP_B
\getenv migrator_a LOGIN_MIGRATOR_A
\getenv migrator_b LOGIN_MIGRATOR_B
\getenv reader_a LOGIN_READER_A
\getenv reader_b LOGIN_READER_B
\getenv people LOGIN_PEOPLE
\getenv people_may_login PEOPLE_MAY_LOGIN
\getenv app_a_verifier VERIFIER_APP_A
\getenv app_b_verifier VERIFIER_APP_B
\getenv migrator_a_verifier VERIFIER_MIGRATOR_A
\getenv migrator_b_verifier VERIFIER_MIGRATOR_B
-- Those of the read-only login are there on request.
\set reader_a_verifier ''
\set reader_b_verifier ''
\getenv reader_a_verifier VERIFIER_READER_A
\getenv reader_b_verifier VERIFIER_READER_B
\set database :DBNAME

BEGIN;
SET LOCAL client_min_messages = warning;

-- Two that ran at once would get into each other's way; the number is this program's own.
SELECT pg_advisory_xact_lock(7309453680167812963) AS alone
\gset

-- A lower number would change the login that the clients have.
SELECT format('DO LANGUAGE plpgsql %L', format('BEGIN RAISE EXCEPTION USING MESSAGE = %L; END',
         format('the logins of %s have passwordVersion %s already, and %s would change one that is in use; write database.passwordVersion: %s',
                :'instance', applied, :'number', applied)))
  FROM (SELECT split_part(shobj_description(oid, 'pg_authid'), ' ', 2)::int AS applied
          FROM pg_roles
         WHERE rolname = :'owner' AND shobj_description(oid, 'pg_authid') ~ ('^' || :'instance' || ' \d+$')) AS before
 WHERE applied > :'number'::int
\gexec

-- Each belongs to the role that made it, and there are no default privileges for them.
SELECT format('DO LANGUAGE plpgsql %L', format('BEGIN RAISE EXCEPTION USING MESSAGE = %L; END',
         format('%s large objects belong to %s, and no other login could use them; write database.credentials: master', count(*), current_user)))
  FROM pg_largeobject_metadata
 WHERE lomowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
HAVING count(*) > 0
\gexec

SELECT format('CREATE ROLE %I', role)
  FROM unnest(ARRAY[:'owner', :'readwrite', :'readonly', :'app_a', :'app_b', :'migrator_a', :'migrator_b']
              || CASE WHEN :'reader_a_verifier' <> '' THEN ARRAY[:'reader_a', :'reader_b'] END
              || CASE WHEN :'people_may_login' = 'true' THEN ARRAY[:'people'] END) AS wanted (role)
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role)
\gexec

-- The master user keeps using what it made, as a member of the owner.
GRANT :"owner" TO CURRENT_USER;
SELECT format('COMMENT ON ROLE %I IS %L', :'owner', :'instance' || ' ' || :'number')
\gexec

SELECT format('GRANT %I TO %I', role, login)
  FROM (VALUES (:'readwrite', :'app_a'), (:'readwrite', :'app_b'), (:'owner', :'migrator_a'), (:'owner', :'migrator_b'),
               (:'readonly', :'reader_a'), (:'readonly', :'reader_b'), (:'readwrite', :'people')) AS member (role, login)
 WHERE EXISTS (SELECT FROM pg_roles WHERE rolname = role) AND EXISTS (SELECT FROM pg_roles WHERE rolname = login)
\gexec
SELECT format('GRANT pg_monitor TO %I', rolname)
  FROM pg_roles
 WHERE rolname = :'people' AND pg_has_role(current_user, 'pg_monitor', 'MEMBER WITH ADMIN OPTION')
\gexec

-- Whatever a migrator makes is the owner's. Readers do not write, and people not by accident.
SELECT format('ALTER ROLE %I SET role = %L', login, :'owner') FROM unnest(ARRAY[:'migrator_a', :'migrator_b']) AS migrator (login)
\gexec
SELECT format('ALTER ROLE %I SET default_transaction_read_only = on', rolname)
  FROM pg_roles
 WHERE rolname IN (:'reader_a', :'reader_b', :'people')
\gexec

SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', login, verifier)
  FROM (VALUES (:'app_a', :'app_a_verifier'), (:'app_b', :'app_b_verifier'),
               (:'migrator_a', :'migrator_a_verifier'), (:'migrator_b', :'migrator_b_verifier'),
               (:'reader_a', :'reader_a_verifier'), (:'reader_b', :'reader_b_verifier')) AS password (login, verifier)
 WHERE verifier <> ''
\gexec
SELECT format('ALTER ROLE %I %s PASSWORD NULL', rolname,
              CASE WHEN rolname = :'people' AND :'people_may_login' = 'true' THEN 'LOGIN' ELSE 'NOLOGIN' END)
  FROM pg_roles
 WHERE rolname = :'people' OR :'reader_a_verifier' = '' AND rolname IN (:'reader_a', :'reader_b')
\gexec
SELECT format('REVOKE rds_iam FROM %I', p.rolname)
  FROM pg_roles AS p, pg_roles AS iam
 WHERE p.rolname = :'people' AND :'people_may_login' <> 'true' AND iam.rolname = 'rds_iam' AND pg_has_role(p.oid, iam.oid, 'MEMBER')
\gexec

-- The database is for those who have it today, and for these roles.
SELECT format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO %I', datname, rolname)
  FROM pg_database, pg_roles
 WHERE datname = :'database' AND rolcanlogin AND NOT rolsuper AND rolname !~ '^(pg_|rds)'
   AND rolname NOT IN (:'app_a', :'app_b', :'migrator_a', :'migrator_b', :'reader_a', :'reader_b', :'people')
   AND EXISTS (SELECT FROM aclexplode(coalesce(datacl, acldefault('d', datdba))) WHERE grantee = 0 AND privilege_type = 'CONNECT')
\gexec
REVOKE CONNECT, TEMPORARY ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT, TEMPORARY, CREATE ON DATABASE :"database" TO :"owner";
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO :"readwrite";
GRANT CONNECT ON DATABASE :"database" TO :"readonly";

SELECT format('ALTER SCHEMA public OWNER TO %I', :'owner')
  FROM pg_namespace
 WHERE nspname = 'public' AND nspowner <> (SELECT oid FROM pg_roles WHERE rolname = :'owner')
\gexec
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"readwrite", :"readonly";

-- What the owner makes from now on.
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT USAGE ON SCHEMAS TO :"readwrite", :"readonly";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"readwrite";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT SELECT ON TABLES TO :"readonly";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT USAGE, SELECT ON SEQUENCES TO :"readwrite";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT SELECT ON SEQUENCES TO :"readonly";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" GRANT EXECUTE ON ROUTINES TO :"readwrite";

-- What the master user made becomes the owner's, with the same privileges; what a migration revokes later stays revoked.
-- REASSIGN OWNED would take the database itself along, and stop at the temporary tables of others.
WITH mine AS (
  SELECT o.type, o.identity,
         d.classid = 'pg_class'::regclass AND EXISTS (
           SELECT FROM pg_depend AS p
            WHERE p.classid = d.classid AND p.objid = d.objid AND p.refclassid = d.classid AND p.refobjsubid > 0 AND p.deptype IN ('a', 'i')
         ) AS follows_its_table
    FROM pg_shdepend AS d, pg_identify_object(d.classid, d.objid, d.objsubid) AS o
   WHERE d.dbid = (SELECT oid FROM pg_database WHERE datname = :'database')
     AND d.refclassid = 'pg_authid'::regclass AND d.deptype = 'o'
     AND d.refobjid = (SELECT oid FROM pg_roles WHERE rolname = current_user)
     AND o.type IN ('schema', 'table', 'foreign table', 'view', 'materialized view', 'sequence', 'function', 'procedure', 'aggregate',
                    'type', 'collation', 'statistics object', 'text search configuration', 'text search dictionary')
     AND coalesce(o.schema, o.name) !~ '^pg_(toast_)?temp_'
     AND NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.classid = d.classid AND e.objid = d.objid AND e.deptype = 'e')
)
SELECT CASE WHEN NOT follows_its_table THEN format('ALTER %s %s OWNER TO %I', replace(type, 'statistics object', 'statistics'), identity, :'owner') END,
       CASE WHEN type = 'schema' THEN format('GRANT USAGE ON SCHEMA %s TO %I, %I', identity, :'readwrite', :'readonly')
            WHEN type = 'sequence' THEN format('GRANT USAGE, SELECT ON SEQUENCE %s TO %I', identity, :'readwrite')
            WHEN type IN ('function', 'procedure', 'aggregate') THEN format('GRANT EXECUTE ON ROUTINE %s TO %I', identity, :'readwrite')
            WHEN type IN ('table', 'foreign table', 'view', 'materialized view')
            THEN format('GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE %s TO %I', identity, :'readwrite') END,
       CASE WHEN type = 'sequence' THEN format('GRANT SELECT ON SEQUENCE %s TO %I', identity, :'readonly')
            WHEN type IN ('table', 'foreign table', 'view', 'materialized view') THEN format('GRANT SELECT ON TABLE %s TO %I', identity, :'readonly') END
  FROM mine
\gexec
COMMIT;

-- A member of rds_iam logs in with a token alone. From PostgreSQL 16 on, who makes a role is a member of it, too: should
-- the server take the master user for one of rds_iam through that, its password would be refused.
SELECT count(*) > 0 AS by_token FROM pg_roles WHERE rolname = 'rds_iam' AND :'people_may_login' = 'true'
\gset
\if :by_token
  GRANT rds_iam TO :"people";
  \set let_in `psql --no-psqlrc --quiet --command='' >/dev/null 2>&1 && echo true || echo false`
  \if :let_in
  \else
    REVOKE rds_iam FROM :"people";
    DO LANGUAGE plpgsql 'BEGIN RAISE EXCEPTION ''with rds_iam granted, the server refused the password of the master user, so it was revoked; remove database.iamPrincipals''; END';
  \endif
\endif
