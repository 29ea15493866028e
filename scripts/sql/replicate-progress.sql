-- How far the initial copy is: on the subscriber.
\pset tuples_only on
\pset format unaligned
SELECT format('%s of %s tables copied, %s', count(*) FILTER (WHERE srsubstate = 'r'), count(*), pg_size_pretty(pg_database_size(current_database())))
FROM pg_subscription_rel;
