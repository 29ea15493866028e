-- Who has connections, and how many are left.
\echo connections in use, and the limit
SELECT count(*) FILTER (WHERE backend_type = 'client backend') AS in_use,
       current_setting('max_connections')::int AS max_connections,
       round(100.0 * count(*) FILTER (WHERE backend_type = 'client backend')
             / current_setting('max_connections')::int, 1) AS percent
FROM pg_stat_activity;
\echo by user, application and state
SELECT usename, application_name, client_addr, state, count(*) AS connections,
       max(date_trunc('second', now() - state_change)) AS longest_in_state
FROM pg_stat_activity
WHERE backend_type = 'client backend'
GROUP BY usename, application_name, client_addr, state
ORDER BY connections DESC, usename, application_name, client_addr, state;
