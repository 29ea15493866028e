
-- Makes the extensions of the stack file, in the schema public unless an extension has one of its own, and brings each to the version that the
-- server makes by default, in a transaction after that of the logins, which need none. One that is there already stays where it is and whose it is; one
-- that the stack file has no more stays, too, because tables may depend on it.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL search_path = public;
SELECT pg_advisory_xact_lock(7309453680167812963) AS alone
\gset

-- A library is loaded when the server restarts, and no earlier can the extension be made.
CREATE TEMPORARY TABLE wanted ON COMMIT DROP AS
SELECT name, position, coalesce(listed.name = ANY (string_to_array(:'preloaded_extensions', ' ')) AND listed.name <> ALL (SELECT unnest(regexp_split_to_array(setting, '[ ,"]+'))
         FROM pg_settings WHERE pg_settings.name = 'shared_preload_libraries'), false) AS waits
  FROM unnest(string_to_array(:'extensions', ' ')) WITH ORDINALITY AS listed (name, position);
SELECT count(*) > 0 AS some_wait, string_agg(name, ', ' ORDER BY position) AS waiting FROM wanted WHERE waits
\gset
\if :some_wait
  \warn 'these extensions are not made until the server has loaded their libraries:' :waiting '- restart the instance, delete this Job, and run pulumi up --refresh'
\endif

SELECT format('CREATE EXTENSION IF NOT EXISTS %I CASCADE', name) FROM wanted WHERE NOT waits ORDER BY position
\gexec

CREATE TEMPORARY TABLE outdated ON COMMIT DROP AS
SELECT name, position, extversion, default_version, pg_has_role(extowner, 'USAGE') AS ours, pg_get_userbyid(extowner) AS owner
  FROM wanted JOIN pg_extension ON extname = name JOIN pg_available_extensions AS available USING (name)
 WHERE EXISTS (SELECT FROM pg_extension_update_paths(name) WHERE source = extversion AND target = default_version AND path IS NOT NULL)
   AND extversion <> default_version AND NOT waits;
SELECT format('ALTER EXTENSION %I UPDATE', name) FROM outdated WHERE ours ORDER BY position
\gexec
SELECT count(*) > 0 AS some_stay, string_agg(format('%s %s, which belongs to %s', name, extversion, owner), '; ' ORDER BY position) AS staying FROM outdated WHERE NOT ours
\gset
\if :some_stay
  \warn 'these extensions are not updated, because the master user may not:' :staying
\endif
COMMIT;
