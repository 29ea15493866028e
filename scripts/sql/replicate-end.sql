-- Takes away what logical replication has on one side; on the subscriber first, which drops the slot of the other. A slot that is left has no
-- subscription: its making failed.
\set QUIET on
SELECT format('DROP SUBSCRIPTION %I', subname) FROM pg_subscription
WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND subname ~ '^mosaic_to_' AND :'subscriber' = 'true'
\gexec
SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
WHERE database = current_database() AND slot_name ~ '^mosaic_to_' AND NOT active AND :'subscriber' = 'false'
\g /dev/null
SELECT :'subscriber' = 'false' AND to_regrole('mosaic_replication') IS NOT NULL AS publisher
\gset
\if :publisher
  DROP PUBLICATION IF EXISTS mosaic_replication;
  GRANT mosaic_replication TO CURRENT_USER;
  DROP OWNED BY mosaic_replication;
  DROP ROLE mosaic_replication;
\endif
