-- Subscribes to the publication of another instance, whose slot is there. PostgreSQL keeps the password with the subscription, where only
-- rdsadmin reads it; it is that of the login for this alone, which is dropped afterwards. Made without a connection, the subscription is there
-- before a slow statement would be logged.
\set QUIET on
SELECT set_config('mosaic.publisher', format('host=%s port=%s dbname=%s user=mosaic_replication sslmode=require', :'publisher', :'PORT', :'DBNAME'), false) AS connection,
       set_config('mosaic.subscription', :'subscription', false) AS name
\gset
DO $$ BEGIN
  EXECUTE format('CREATE SUBSCRIPTION %1$I CONNECTION %2$L PUBLICATION mosaic_replication WITH (connect = false, slot_name = %1$I, origin = none)',
                 current_setting('mosaic.subscription'), current_setting('mosaic.publisher') || ' password=' || current_setting('mosaic.replication'));
END $$;
ALTER SUBSCRIPTION :"subscription" ENABLE;
ALTER SUBSCRIPTION :"subscription" REFRESH PUBLICATION WITH (copy_data = :copy);
