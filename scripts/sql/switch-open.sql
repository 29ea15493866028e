-- Takes writes again.
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS mosaic_switch CASCADE;
