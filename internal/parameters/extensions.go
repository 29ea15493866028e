package parameters

import (
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// offered are the extensions of RDS for PostgreSQL 16, 17 and 18, by the names that CREATE EXTENSION takes. Source: Extension versions for Amazon RDS for
// PostgreSQL, in the release notes as of 18.3, 17.9 and 16.13 (2026-02-27), without what is a library or a plugin alone (auto_explain, decoder_raw,
// wal2json). A minor version that came later may have more: what a server has, it says itself, in pg_available_extensions.
const offered = `
	address_standardizer address_standardizer_data_us amcheck autoinc aws_commons aws_lambda aws_s3 bloom bool_plperl btree_gin btree_gist
	citext cube dblink dict_int dict_xsyn earthdistance flow_control fuzzystrmatch h3 h3_postgis hll hstore hstore_plperl hypopg insert_username intagg
	intarray ip4r isn jsonb_plperl lo log_fdw ltree moddatetime mysql_fdw oracle_fdw orafce pageinspect pg_bigm pg_buffercache pg_cron
	pg_freespacemap pg_hint_plan pg_partman pg_prewarm pg_proctab pg_repack pg_similarity pg_stat_statements pg_tle pg_transport pg_trgm pg_visibility
	pg_walinspect pgactive pgaudit pgcrypto pglogical pgrouting pgrowlocks pgstattuple pgtap plperl plpgsql plprofiler pltcl plv8
	postgis postgis_raster postgis_tiger_geocoder postgres_fdw prefix rdkit rds_tools refint seg sslinfo tablefunc tcn tds_fdw
	tsm_system_rows tsm_system_time unaccent uuid-ossp vector`

// offeredIn are those that not every one of them has, from the same table.
func offeredIn(major string) string {
	return map[string]string{
		"16": "old_snapshot plcoffee plls plrust postgis_topology",
		"17": "old_snapshot plrust postgis_topology",
		"18": "collection pg_logicalinspect pg_stat_monitor roaringbitmap",
	}[major]
}

// ofAurora are extensions that Aurora has besides. Which of RDS's it does not have is not known here.
const ofAurora = "apg_plan_mgmt aws_ml"

// Extensions are the names of the extensions that are known, sorted. A later family has those that all have.
func (c *Catalogue) Extensions() []string {
	names := strings.Fields(offered)
	major, isAurora := strings.CutPrefix(c.Family, auroraPrefix)
	if isAurora {
		names = append(names, strings.Fields(ofAurora)...)
	}
	names = append(names, strings.Fields(offeredIn(strings.TrimPrefix(major, "postgres")))...)
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

// Active is the extension whose library RDS loads by itself, because of a parameter of its own; it takes it in no list. Source: RDS User Guide,
// Initializing the pgactive extension capability.
const Active = "pgactive"

// Preloaded tells whether an extension can only be made, or does nothing, while shared_preload_libraries has the library of its name. Sources: the
// documentation of each, and the RDS User Guide, "Using PostgreSQL extensions with Amazon RDS for PostgreSQL".
func Preloaded(extension string) bool {
	return slices.Contains([]string{"pg_cron", "pg_stat_monitor", "pg_stat_statements", "pg_tle", "pg_transport", Active, "pgaudit", "pglogical", "plrust"}, extension)
}
