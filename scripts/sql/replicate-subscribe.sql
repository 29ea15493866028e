-- Subscribes to the publication of another instance, whose slot is there. PostgreSQL keeps the password with the subscription, where only
-- rdsadmin reads it; it is that of the login for this alone, which is dropped afterwards. An error or a warning would bring the statement with
-- the password into the log, so the one is caught, and there is no other: the connection is there.
\set QUIET on
SELECT set_config('mosaic.publisher', format('host=%s port=%s dbname=%s user=mosaic_replication sslmode=require', :'publisher', :'PORT', :'DBNAME'), false) AS connection,
       set_config('mosaic.subscription', :'subscription', false) AS name, set_config('mosaic.copy', :'copy', false) AS copying
\gset
DO $$ BEGIN
  EXECUTE format('CREATE SUBSCRIPTION %1$I CONNECTION %2$L PUBLICATION mosaic_replication WITH (create_slot = false, slot_name = %1$I, enabled = false, copy_data = %3$s, origin = none)',
                 current_setting('mosaic.subscription'), current_setting('mosaic.publisher') || ' password=' || current_setting('mosaic.replication'), current_setting('mosaic.copy'));
EXCEPTION WHEN OTHERS THEN
  RAISE EXCEPTION '%', SQLERRM;
END $$;
ALTER SUBSCRIPTION :"subscription" ENABLE;
