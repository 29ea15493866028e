package parameters

import (
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// offered are extensions of RDS for PostgreSQL 16 to 18, by the names that CREATE EXTENSION takes, as they are generally known in 2026-11: it has not been
// compared with AWS's own table, "Extension versions for Amazon RDS for PostgreSQL" in the release notes. It is not complete, and a few are not there in
// every major version: what a server has, it says itself, in pg_available_extensions.
const offered = `
	address_standardizer address_standardizer_data_us amcheck autoinc aws_commons aws_lambda aws_s3 bloom bool_plperl btree_gin btree_gist
	citext cube dblink dict_int dict_xsyn earthdistance flow_control fuzzystrmatch h3 h3_postgis hll hstore hstore_plperl insert_username intagg
	intarray ip4r isn jsonb_plperl lo log_fdw ltree moddatetime mysql_fdw old_snapshot oracle_fdw orafce pageinspect pg_bigm pg_buffercache pg_cron
	pg_freespacemap pg_hint_plan pg_partman pg_prewarm pg_proctab pg_repack pg_similarity pg_stat_statements pg_tle pg_transport pg_trgm pg_visibility
	pg_walinspect pgactive pgaudit pgcrypto pglogical pgrouting pgrowlocks pgstattuple pgtap plcoffee plls plperl plpgsql plprofiler plrust pltcl plv8
	postgis postgis_raster postgis_tiger_geocoder postgis_topology postgres_fdw prefix rdkit rds_tools refint seg semver sslinfo tablefunc tcn tds_fdw
	test_parser tsm_system_rows tsm_system_time unaccent uuid-ossp vector`

// ofAurora are extensions that Aurora has besides.
const ofAurora = "apg_plan_mgmt aws_ml"

// Extensions are the names of the extensions that are known, sorted.
func (c *Catalogue) Extensions() []string {
	names := strings.Fields(offered)
	if strings.HasPrefix(c.Family, auroraPrefix) {
		names = append(names, strings.Fields(ofAurora)...)
	}
	slices.Sort(names)
	return names
}

// NearestExtension is the known extension that is written most like a name, or that has this other name; "": there is none.
func (c *Catalogue) NearestExtension(name string) string {
	switch name {
	case "pgvector":
		return "vector"
	case "pg_audit":
		return "pgaudit"
	case "uuid_ossp":
		return "uuid-ossp"
	default:
		return schema.Closest(name, c.Extensions())
	}
}

// Preloaded tells whether an extension can only be made, or does nothing, while shared_preload_libraries has the library of its name. Sources: the
// documentation of each, and the RDS User Guide, "Using PostgreSQL extensions with Amazon RDS for PostgreSQL".
func Preloaded(extension string) bool {
	return slices.Contains([]string{"pg_cron", "pg_stat_statements", "pg_tle", "pg_transport", "pgactive", "pgaudit", "pglogical", "plrust"}, extension)
}
