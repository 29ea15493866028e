-- Prints the statements that give the newest instance the roles of the active one, the privileges on the database and its settings. Passwords
-- do not come along. Members of rds_iam are left to the bootstrap, because the master user must not be a member of one.
\set QUIET on
\pset tuples_only on
\pset format unaligned
CREATE TEMPORARY VIEW roles AS
SELECT r.* FROM pg_roles r
WHERE r.rolname !~ '^(pg_|rds)' AND r.rolname NOT IN (current_user, 'mosaic_replication') AND NOT r.rolsuper
  AND NOT EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid AND m.roleid = to_regrole('rds_iam'));
SELECT format('CREATE ROLE %I %s %s %s %s CONNECTION LIMIT %s', rolname, CASE WHEN rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END,
              CASE WHEN rolinherit THEN 'INHERIT' ELSE 'NOINHERIT' END, CASE WHEN rolcreatedb THEN 'CREATEDB' END,
              CASE WHEN rolcreaterole THEN 'CREATEROLE' END, rolconnlimit) || ';'
FROM roles ORDER BY rolname;
-- What applies changes has to be able to act as the owner of each table.
SELECT format('GRANT %I TO CURRENT_USER;', rolname) FROM roles WHERE pg_has_role(oid, 'USAGE') ORDER BY rolname;
SELECT DISTINCT format('GRANT %I TO %I%s;', granted.rolname, roles.rolname, CASE WHEN m.admin_option THEN ' WITH ADMIN OPTION' END)
FROM pg_auth_members m JOIN roles ON roles.oid = m.member JOIN pg_roles granted ON granted.oid = m.roleid
WHERE m.roleid IN (SELECT oid FROM roles) OR pg_has_role(m.roleid, 'MEMBER WITH ADMIN OPTION');
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC;', datname) FROM pg_database WHERE datname = current_database() AND datacl IS NOT NULL;
SELECT format('GRANT %s ON DATABASE %I TO %s%s;', a.privilege_type, datname, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(g.rolname) END,
              CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' END)
FROM pg_database, aclexplode(datacl) a LEFT JOIN pg_roles g ON g.oid = a.grantee
WHERE datname = current_database() AND (a.grantee = 0 OR a.grantee IN (SELECT oid FROM roles));
SELECT format('ALTER %s SET %I TO %s;',
              CASE WHEN r.rolname IS NULL THEN format('DATABASE %I', current_database())
                   ELSE format('ROLE %I', r.rolname) || CASE WHEN s.setdatabase <> 0 THEN format(' IN DATABASE %I', current_database()) ELSE '' END END,
              split_part(setting, '=', 1),
              -- A list keeps its commas; each of its items is quoted already.
              CASE WHEN split_part(setting, '=', 1) IN ('search_path', 'temp_tablespaces', 'session_preload_libraries', 'local_preload_libraries', 'DateStyle')
                   THEN substr(setting, strpos(setting, '=') + 1) ELSE quote_literal(substr(setting, strpos(setting, '=') + 1)) END)
FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) AS setting
WHERE (s.setdatabase = 0 OR s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()))
  AND (s.setrole = 0 AND s.setdatabase <> 0 OR r.rolname = current_user OR s.setrole IN (SELECT oid FROM roles));
