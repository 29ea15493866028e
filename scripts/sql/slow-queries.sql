-- Running queries, the longest first, and the sessions that block them.
SELECT pid, date_trunc('second', now() - query_start) AS duration, state, wait_event_type, wait_event,
       pg_blocking_pids(pid) AS blocked_by, usename, application_name,
       left(regexp_replace(query, '\s+', ' ', 'g'), 200) AS query
FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
  AND state IN ('active', 'idle in transaction', 'idle in transaction (aborted)')
ORDER BY now() - query_start DESC;
