-- What a superuser alone can make, and has given to the master user.
CREATE EXTENSION postgres_fdw;
GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO mosaicadmin;
CREATE OPERATOR FAMILY public.family USING btree;
CREATE OPERATOR CLASS public.class FOR TYPE int USING btree FAMILY public.family AS OPERATOR 1 <;
ALTER OPERATOR FAMILY public.family USING btree OWNER TO mosaicadmin;
ALTER OPERATOR CLASS public.class USING btree OWNER TO mosaicadmin;
CREATE TYPE public.base;
CREATE FUNCTION public.base_in(cstring) RETURNS public.base IMMUTABLE STRICT LANGUAGE internal AS 'int4in';
CREATE FUNCTION public.base_out(public.base) RETURNS cstring IMMUTABLE STRICT LANGUAGE internal AS 'int4out';
CREATE TYPE public.base (INPUT = public.base_in, OUTPUT = public.base_out, LIKE = int);
ALTER TYPE public.base OWNER TO mosaicadmin;
