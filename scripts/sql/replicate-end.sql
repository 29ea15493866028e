-- Takes away what logical replication has on one side. Neither needs the other one: the subscriber lets go of its slot, and the publisher drops it,
-- as soon as nobody reads it any more.
\set QUIET on
SELECT format('ALTER SUBSCRIPTION %I DISABLE', subname), format('ALTER SUBSCRIPTION %I SET (slot_name = NONE)', subname), format('DROP SUBSCRIPTION %I', subname)
FROM pg_subscription
WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND subname ~ '^mosaic_to_' AND :'subscriber' = 'true'
\gexec
SELECT :'subscriber' = 'false' AS publisher, to_regrole('mosaic_replication') IS NOT NULL AS login
\gset
\if :publisher
  DO $$
  DECLARE slot name;
  BEGIN
    FOR slot IN SELECT slot_name FROM pg_replication_slots WHERE database = current_database() AND slot_name ~ '^mosaic_to_' LOOP
      FOR tenths IN 1..100 LOOP
        EXIT WHEN NOT (SELECT active FROM pg_replication_slots WHERE slot_name = slot);
        PERFORM pg_sleep(0.1);
      END LOOP;
      PERFORM pg_drop_replication_slot(slot);
    END LOOP;
  END $$;
  \if :login
    DROP PUBLICATION IF EXISTS mosaic_replication;
    GRANT mosaic_replication TO CURRENT_USER;
    DROP OWNED BY mosaic_replication;
    DROP ROLE mosaic_replication;
  \endif
\endif
