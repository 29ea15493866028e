-- Whether the subscriber has copied everything: on the subscriber.
\pset tuples_only on
\pset format unaligned
SELECT format('%s of %s tables are not copied yet', count(*) FILTER (WHERE r.srsubstate IS DISTINCT FROM 'r'), count(*))
FROM pg_subscription s LEFT JOIN pg_subscription_rel r ON r.srsubid = s.oid
WHERE s.subname = :'subscription'
HAVING count(*) FILTER (WHERE r.srsubstate IS DISTINCT FROM 'r') > 0 OR count(s.oid) = 0;
