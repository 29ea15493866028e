-- The slots of logical replication between generations.
\pset tuples_only on
\pset format unaligned
SELECT slot_name FROM pg_replication_slots WHERE slot_name ~ '^mosaic_to_';
