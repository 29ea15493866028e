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
\getenv app_iam LOGIN_APP_IAM
\getenv migrator_iam LOGIN_MIGRATOR_IAM
\getenv by_token CLIENTS_BY_TOKEN
-- Those of the clients are there unless they log in by token.
\set app_a_verifier ''
\set app_b_verifier ''
\set migrator_a_verifier ''
\set migrator_b_verifier ''
\getenv app_a_verifier VERIFIER_APP_A
\getenv app_b_verifier VERIFIER_APP_B
\getenv migrator_a_verifier VERIFIER_MIGRATOR_A
\getenv migrator_b_verifier VERIFIER_MIGRATOR_B
-- Those of the read-only login are there on request.
\set reader_a_verifier ''
\set reader_b_verifier ''
\getenv reader_a_verifier VERIFIER_READER_A
\getenv reader_b_verifier VERIFIER_READER_B
-- The main database alone has them.
\set extensions ''
\set preloaded_extensions ''
\getenv extensions EXTENSIONS
\getenv preloaded_extensions PRELOADED_EXTENSIONS
\set database :DBNAME

BEGIN;
SET LOCAL client_min_messages = warning;

-- Two that ran at once would get into each other's way; the number is this program's own.
SELECT pg_advisory_xact_lock(7309453680167812963) AS alone
\gset

CREATE FUNCTION pg_temp.refuse(reason text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION USING MESSAGE = reason; END';

SELECT pg_temp.refuse(format('PostgreSQL %s, as the server has it, does not offer: %s; remove these from database.extensions',
                             current_setting('server_version'), string_agg(name, ', ' ORDER BY position)))
  FROM unnest(string_to_array(:'extensions', ' ')) WITH ORDINALITY AS wanted (name, position)
 WHERE name NOT IN (SELECT name FROM pg_available_extensions)
HAVING count(*) > 0
\gexec

-- A lower number would change the login that the clients have.
SELECT pg_temp.refuse(format('the logins of %s have passwordVersion %s already, and with %s the login that clients use would change; write database.passwordVersion: %s',
                             :'instance', applied, :'number', applied))
  FROM (SELECT split_part(shobj_description(oid, 'pg_authid'), ' ', 2)::int AS applied
          FROM pg_roles
         WHERE rolname = :'owner' AND shobj_description(oid, 'pg_authid') ~ ('^' || :'instance' || ' \d+$')) AS before
 WHERE applied > :'number'::int
\gexec

-- Each belongs to the role that made it, and there are no default privileges for them.
SELECT pg_temp.refuse(format('%s large objects belong to %s, and no other login could use them; write database.credentials: master', count(*), current_user))
  FROM pg_largeobject_metadata
 WHERE lomowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
HAVING count(*) > 0
\gexec

-- Who may make roles may alter all of them, before PostgreSQL 16; later it takes the ADMIN option, which the maker has, and
-- which has to be there when an older server is upgraded.
SELECT CASE WHEN to_regrole(quote_ident(role)) IS NULL THEN format('CREATE ROLE %I', role) END,
       CASE WHEN current_setting('server_version_num')::int < 160000 THEN format('GRANT %I TO CURRENT_USER WITH ADMIN OPTION', role) END
  FROM unnest(ARRAY[:'owner', :'readwrite', :'readonly']
              || CASE WHEN :'app_a_verifier' <> '' THEN ARRAY[:'app_a', :'app_b', :'migrator_a', :'migrator_b'] END
              || CASE WHEN :'reader_a_verifier' <> '' THEN ARRAY[:'reader_a', :'reader_b'] END) AS wanted (role)
\gexec

-- The master user keeps using what it made, as a member of the owner.
GRANT :"owner" TO CURRENT_USER;
SELECT format('COMMENT ON ROLE %I IS %L', :'owner', :'instance' || ' ' || :'number')
\gexec

SELECT format('GRANT %I TO %I', role, login)
  FROM (VALUES (:'readwrite', :'app_a'), (:'readwrite', :'app_b'), (:'owner', :'migrator_a'), (:'owner', :'migrator_b'),
               (:'readonly', :'reader_a'), (:'readonly', :'reader_b')) AS member (role, login)
 WHERE EXISTS (SELECT FROM pg_roles WHERE rolname = login)
\gexec

-- Whatever a migrator makes is the owner's. Readers do not write.
SELECT format('ALTER ROLE %I SET role = %L', rolname, :'owner') FROM pg_roles WHERE rolname IN (:'migrator_a', :'migrator_b')
\gexec
SELECT format('ALTER ROLE %I SET default_transaction_read_only = on', rolname) FROM pg_roles WHERE rolname IN (:'reader_a', :'reader_b')
\gexec

SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', login, verifier)
  FROM (VALUES (:'app_a', :'app_a_verifier'), (:'app_b', :'app_b_verifier'),
               (:'migrator_a', :'migrator_a_verifier'), (:'migrator_b', :'migrator_b_verifier'),
               (:'reader_a', :'reader_a_verifier'), (:'reader_b', :'reader_b_verifier')) AS password (login, verifier)
 WHERE verifier <> ''
\gexec
SELECT format('ALTER ROLE %I NOLOGIN PASSWORD NULL', rolname) FROM pg_roles WHERE :'reader_a_verifier' = '' AND rolname IN (:'reader_a', :'reader_b')
\gexec

-- A member of rds_iam logs in by token alone, and so does every member of a member. From PostgreSQL 16 on, who makes a role
-- is a member of it, so the master user must not have made a login by token. A role does it that is made and dropped in
-- this transaction, which nobody else ever sees; a login that the master user made before is made anew. Nobody can alter it
-- afterwards, and nobody needs to: without its memberships, it has neither a password nor CONNECT.
CREATE TEMPORARY TABLE by_token ON COMMIT DROP AS
SELECT login, wanted, setting, roles, oid IS NULL AS missing,
       coalesce(pg_has_role(current_user, oid, 'MEMBER') OR NOT rolcanlogin, false) AS anew,
       coalesce(pg_has_role(oid, to_regrole('rds_iam'), 'MEMBER'), false) AS before
  FROM (VALUES (:'people', :'people_may_login' = 'true', 'default_transaction_read_only = on', ARRAY[:'readwrite', 'rds_iam', 'pg_monitor']), -- no writing by accident
               (:'app_iam', :'by_token' = 'true', NULL, ARRAY[:'readwrite', 'rds_iam']),
               (:'migrator_iam', :'by_token' = 'true', format('role = %L', :'owner'), ARRAY[:'owner', 'rds_iam'])) AS one (login, wanted, setting, roles)
       LEFT JOIN pg_roles ON rolname = login;
SELECT pg_temp.refuse(format(E'%1$s, which %2$s made, has to be made again, but owns or may use these objects:\n%4$s\nTake them from it, in each of these databases: GRANT %1$I TO %2$I; '
                             'REASSIGN OWNED BY %1$I TO %3$I; DROP OWNED BY %1$I; then run this again', login, current_user, :'owner',
                             string_agg(DISTINCT CASE WHEN datname IS NULL OR datname = :'database' THEN pg_describe_object(classid, objid, objsubid)
                                                      ELSE 'something in the database ' || datname END, E'\n')))
  FROM by_token JOIN pg_shdepend ON refobjid = to_regrole(quote_ident(login)) LEFT JOIN pg_database ON pg_database.oid = dbid
 WHERE wanted AND anew AND refclassid = 'pg_authid'::regclass AND classid <> 'pg_auth_members'::regclass
 GROUP BY login
\gexec
SELECT format('DROP ROLE %I', login) FROM by_token WHERE wanted AND anew
\gexec
SELECT unnest(format('{CREATE ROLE %1$I CREATEROLE,GRANT %1$I TO CURRENT_USER,SET LOCAL ROLE %1$I}', maker)::text[]
              || array_agg(format('CREATE ROLE %I LOGIN', login))
              || array_agg(format('ALTER ROLE %I SET %s', login, setting)) FILTER (WHERE setting IS NOT NULL)
              || format('{RESET ROLE,DROP ROLE %I}', maker)::text[])
  FROM by_token, CAST('bootstrap_' || pg_current_xact_id() AS text) AS maker
 WHERE wanted AND (missing OR anew)
 GROUP BY maker
\gexec
SELECT format(CASE WHEN wanted THEN 'GRANT %I TO %I' ELSE 'REVOKE %I FROM %I' END, r.rolname, login)
  FROM by_token JOIN pg_roles AS r ON r.rolname = ANY (roles)
 WHERE (r.rolname <> 'pg_monitor' OR pg_has_role(current_user, r.oid, 'MEMBER WITH ADMIN OPTION'))
   AND (wanted OR login = :'people' AND NOT missing AND pg_has_role(to_regrole(quote_ident(login)), r.oid, 'MEMBER'))
\gexec
SELECT coalesce(string_agg(quote_ident(login), ', '), '') AS by_token_now, count(*) > 0 AS any_by_token_now
  FROM by_token
 WHERE wanted AND (anew OR NOT before) AND to_regrole('rds_iam') IS NOT NULL
\gset

-- The database is for those who have it today, and for these roles.
SELECT format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO %I', datname, rolname)
  FROM pg_database, pg_roles
 WHERE datname = :'database' AND rolcanlogin AND NOT rolsuper AND rolname !~ '^(pg_|rds)'
   AND rolname NOT IN (:'app_a', :'app_b', :'migrator_a', :'migrator_b', :'reader_a', :'reader_b', :'app_iam', :'migrator_iam', :'people')
   AND EXISTS (SELECT FROM aclexplode(coalesce(datacl, acldefault('d', datdba))) WHERE grantee = 0 AND privilege_type = 'CONNECT')
\gexec
REVOKE CONNECT, TEMPORARY ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT, TEMPORARY, CREATE ON DATABASE :"database" TO :"owner";
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO :"readwrite";
GRANT CONNECT ON DATABASE :"database" TO :"readonly";

SELECT CASE WHEN pg_has_role(current_user, nspowner, 'USAGE') THEN format('ALTER SCHEMA public OWNER TO %I', :'owner')
            ELSE pg_temp.refuse(format('the schema public belongs to %s; have it run ALTER SCHEMA public OWNER TO %I, or write database.credentials: master',
                                       pg_get_userbyid(nspowner), current_user)) END
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

-- What the master user made becomes the owner's, with the same privileges: the schemas first, in which an owner needs CREATE,
-- then all that lies in one. What a migration revokes later stays revoked. REASSIGN OWNED would take the database itself
-- along, and stop at the temporary tables of others. A column's sequence and a range's multirange have no ALTER of their own.
CREATE TEMPORARY TABLE mine ON COMMIT DROP AS
SELECT o.type, o.schema,
       -- Without modes, p(IN int, OUT int) and p(IN int, IN int) would be one name.
       CASE WHEN prokind = 'p' THEN format('%s.%I(%s)', o.schema, proname, pg_get_function_identity_arguments(d.objid)) ELSE o.identity END AS identity,
       CASE WHEN o.type IN ('function', 'procedure', 'aggregate') THEN 'routine' WHEN o.type = 'statistics object' THEN 'statistics' ELSE o.type END AS kind,
       o.type IN ('table', 'foreign table', 'view', 'materialized view') AS has_rows,
       EXISTS (SELECT FROM pg_depend AS p
                WHERE p.classid = d.classid AND p.objid = d.objid AND p.refclassid = d.classid AND p.refobjid <> d.objid
                  AND (p.deptype = 'i' OR p.deptype = 'a' AND p.refobjsubid > 0)) AS follows
  FROM pg_shdepend AS d LEFT JOIN pg_proc ON d.classid = 'pg_proc'::regclass AND pg_proc.oid = d.objid,
       pg_identify_object(d.classid, d.objid, d.objsubid) AS o
 WHERE d.dbid = (SELECT oid FROM pg_database WHERE datname = :'database')
   AND d.refclassid = 'pg_authid'::regclass AND d.deptype = 'o'
   AND d.refobjid = (SELECT oid FROM pg_roles WHERE rolname = current_user)
   AND (o.type = 'schema' OR o.schema IS NOT NULL) AND coalesce(o.schema, o.name) !~ '^pg_(toast_)?temp_'
   AND NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.classid = d.classid AND e.objid = d.objid AND e.deptype = 'e');
SELECT format('ALTER SCHEMA %s OWNER TO %I', identity, :'owner'), format('GRANT USAGE ON SCHEMA %s TO %I, %I', identity, :'readwrite', :'readonly')
  FROM mine
 WHERE type = 'schema'
\gexec
SELECT pg_temp.refuse(format(E'%1$s has objects in schemas of other roles, where %2$s may not own them:\n%3$s\nMove each (ALTER ... SET SCHEMA), '
                             'or give the schema to %1$s (ALTER SCHEMA ... OWNER TO %1$I); then run this again', current_user, :'owner',
                             string_agg(format('%s %s, in a schema of %s', type, identity, pg_get_userbyid(nspowner)), E'\n' ORDER BY type, identity)))
  FROM mine JOIN pg_namespace ON pg_namespace.oid = schema::regnamespace
 WHERE NOT follows AND NOT (has_schema_privilege(:'owner', nspname, 'CREATE') AND has_schema_privilege(:'readwrite', nspname, 'USAGE'))
HAVING count(*) > 0
\gexec
SELECT CASE WHEN NOT follows THEN format('ALTER %s %s OWNER TO %I', kind, identity, :'owner') END,
       CASE WHEN has_rows THEN format('GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE %s TO %I', identity, :'readwrite')
            WHEN kind = 'sequence' THEN format('GRANT USAGE, SELECT ON SEQUENCE %s TO %I', identity, :'readwrite')
            WHEN kind = 'routine' THEN format('GRANT EXECUTE ON ROUTINE %s TO %I', identity, :'readwrite') END,
       CASE WHEN has_rows OR kind = 'sequence' THEN format('GRANT SELECT ON %s %s TO %I', CASE WHEN has_rows THEN 'TABLE' ELSE kind END, identity, :'readonly') END
  FROM mine
 WHERE type <> 'schema'
\gexec
COMMIT;

-- Should the server take the master user for a member of rds_iam all the same, its password would be refused from now on.
\if :any_by_token_now
  \set let_in `psql --no-psqlrc --quiet --command='' >/dev/null && echo true || echo false`
  \if :let_in
  \else
    REVOKE rds_iam FROM :by_token_now;
    SELECT pg_temp.refuse('with rds_iam granted, the server refused the password of the master user, so it was revoked; remove database.iamPrincipals, and write no database.credentials: iam');
  \endif
\endif
