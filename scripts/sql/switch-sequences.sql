-- Prints the statements that bring the sequences of the other instance to where they are here: logical replication does not carry them.
\set QUIET on
\pset tuples_only on
\pset format unaligned
SELECT format('SELECT setval(%L, %s, %L);', format('%I.%I', schemaname, sequencename), coalesce(last_value, start_value), last_value IS NOT NULL)
FROM pg_sequences;
