
-- The login of preview environments. It makes databases, and what it made is its own. It is a member of nothing, so the privileges on this
-- program's databases are not for it. Without a verifier it may no longer log in; its databases stay.
\getenv previews LOGIN_PREVIEWS
\set previews_verifier ''
\getenv previews_verifier VERIFIER_PREVIEWS

BEGIN;
SELECT format('CREATE ROLE %I', :'previews') WHERE :'previews_verifier' <> '' AND to_regrole(quote_ident(:'previews')) IS NULL
\gexec
-- Previews never take the connections that the application needs.
SELECT format('ALTER ROLE %I LOGIN CREATEDB CONNECTION LIMIT %s PASSWORD %L', :'previews', greatest(5, current_setting('max_connections')::int / 4), :'previews_verifier'),
       format('GRANT %I TO CURRENT_USER', :'previews') -- who drops what is left
 WHERE :'previews_verifier' <> ''
\gexec
-- Who makes a database is connected to another one, which the bootstrap of an application's own database closes to PUBLIC. The chart's statements
-- have a temporary function there.
SELECT format('GRANT CONNECT, TEMPORARY ON DATABASE postgres TO %I', :'previews')
  FROM pg_database
 WHERE :'previews_verifier' <> '' AND datname = 'postgres' AND pg_has_role(current_user, datdba, 'USAGE')
\gexec
SELECT format('ALTER ROLE %I NOLOGIN NOCREATEDB PASSWORD NULL', rolname) FROM pg_roles WHERE :'previews_verifier' = '' AND rolname = :'previews'
\gexec
COMMIT;
