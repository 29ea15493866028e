-- Something of every kind, made by the master user. The table is older than its schema.
CREATE TABLE early (i int);
CREATE SCHEMA later;
ALTER TABLE early SET SCHEMA later;

CREATE SCHEMA "Odd, ""Schema"" (x)";
SET search_path = "Odd, ""Schema"" (x)", public;
CREATE TABLE "Some Table" (id serial PRIMARY KEY, "Col" int GENERATED ALWAYS AS IDENTITY, b text UNIQUE);
CREATE UNLOGGED TABLE unlogged (a int);
CREATE TABLE parted (x int) PARTITION BY RANGE (x);
CREATE TABLE later.part PARTITION OF parted FOR VALUES FROM (0) TO (10);
CREATE INDEX ON parted (x);
CREATE TABLE parent (a int);
CREATE TABLE child () INHERITS (parent);
CREATE VIEW v AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW m AS SELECT 1 AS a;
CREATE SEQUENCE "Seq";
CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw;
CREATE USER MAPPING FOR CURRENT_USER SERVER elsewhere;
CREATE FOREIGN TABLE later."F t" (a int) SERVER elsewhere;

CREATE TYPE mood AS ENUM ('good');
CREATE TYPE pair AS (a int, b int);
CREATE TABLE typed OF pair;
CREATE TYPE "Range" AS RANGE (SUBTYPE = float8);
CREATE DOMAIN positive AS int CHECK (value > 0);

CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f(VARIADIC int[]) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION f(a "Range", OUT b int, INOUT c mood) LANGUAGE sql AS 'SELECT 1, c';
CREATE FUNCTION rows() RETURNS TABLE (a int) LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION "F, (x)"(a numeric(3, 2) DEFAULT 1) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION changed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER changed BEFORE INSERT ON unlogged EXECUTE FUNCTION changed();
CREATE PROCEDURE p(a int, OUT b int) LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE p(a int, b int) LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE p(a int, b int, c int) LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE "P P"(INOUT a int, VARIADIC b text[]) LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE every(*) (SFUNC = int8inc, STYPE = int8, INITCOND = 0);
CREATE AGGREGATE every(int) (SFUNC = int4pl, STYPE = int);
CREATE FUNCTION collect(int[], int) RETURNS int[] LANGUAGE sql AS 'SELECT $1 || $2';
CREATE FUNCTION choose(int[], float8) RETURNS int LANGUAGE sql AS 'SELECT $1[1]';
CREATE AGGREGATE fraction(float8 ORDER BY int) (SFUNC = collect, STYPE = int[], FINALFUNC = choose, INITCOND = '{}');
CREATE FUNCTION merge(int[], int[]) RETURNS int[] LANGUAGE sql AS 'SELECT $1 || $2';
CREATE AGGREGATE merged(VARIADIC int[]) (SFUNC = merge, STYPE = int[]);

CREATE COLLATION "Coll" FROM "C";
CREATE CONVERSION conv FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1;
CREATE FUNCTION is_it(mood, int) RETURNS bool LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION is_not(mood) RETURNS bool LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR === (LEFTARG = mood, RIGHTARG = int, FUNCTION = is_it);
CREATE OPERATOR !! (RIGHTARG = mood, FUNCTION = is_not);
CREATE STATISTICS "Stat" ON x, (x + 1) FROM parted;
CREATE TEXT SEARCH CONFIGURATION "Conf" (COPY = pg_catalog.english);
CREATE TEXT SEARCH DICTIONARY dict (TEMPLATE = simple);

-- What stays the master user's.
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pg_monitor;
CREATE PUBLICATION feed FOR TABLE parted;
