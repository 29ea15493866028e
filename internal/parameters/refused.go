package parameters

import "strings"

// reason is why RDS for PostgreSQL does not take a parameter, and what to do instead.
type reason struct{ why, instead string }

// Refused is the fault of a name that RDS certainly does not take in a parameter group of the family; nil: it takes it, or it is not known.
// A catalogue that is complete refuses every name that it does not have.
func (c *Catalogue) Refused(name string) *Fault {
	p, known := c.Lookup(name)
	if known && p.Modifiable != Fixed {
		return nil
	}
	if r, explained := refusals()[name]; explained {
		return &Fault{Rule: r.why, Fix: r.instead}
	}
	if strings.HasPrefix(c.Family, auroraPrefix) {
		return c.notInAurora(name)
	}
	if aurora(name) {
		return &Fault{Rule: "a parameter of RDS for PostgreSQL: this one is Aurora's", Fix: "nothing: remove the line"}
	}
	if known {
		return &Fault{Rule: "a parameter that a parameter group may set: RDS sets this one itself, or does not offer it", Fix: "nothing: remove the line"}
	}
	if others := c.elsewhere(name); others != nil {
		return &Fault{
			Rule: "a parameter of " + c.Family + ": it is one of " + strings.Join(others, " and "),
			Fix:  "nothing: remove the line; or the engineVersion that has it",
		}
	}
	if c.Complete {
		fix := "nothing: remove the line"
		if near := c.Nearest(name); near != "" {
			fix = near
		}
		return &Fault{Rule: "a parameter of " + c.Family + ": RDS has none of this name", Fix: fix}
	}
	return nil
}

// elsewhere are the other families that have a parameter.
func (c *Catalogue) elsewhere(name string) []string {
	var have []string
	for _, family := range Families() {
		if family == c.Family {
			continue
		}
		if p, known := Of(family).Lookup(name); known && p.Modifiable != Fixed {
			have = append(have, family)
		}
	}
	return have
}

// aurora tells whether a parameter is one of Aurora PostgreSQL alone.
func aurora(name string) bool {
	for _, prefix := range []string{"apg_", "aurora_", "aurora.", "babelfishpg_", "ansi_", "rds.babelfish", "rds.global_db_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return name == "rds.enable_plan_management"
}

// refusals are the parameters for which something else is to be done. Sources: the RDS User Guide, and the release notes of PostgreSQL for
// those that it has no more.
func refusals() map[string]reason {
	const own, noMore = "RDS sets this one itself", "PostgreSQL no longer has it"
	tls := reason{own + ": TLS is always offered, with a certificate of caCertIdentifier", "nothing: remove the line; rds.force_ssl: 1 is set already"}
	archive := reason{own + ": it archives the write-ahead log for point-in-time restores", "nothing: remove the line; how far back is database.backupRetentionDays"}
	recovery := reason{own + ": it restores and replicates", "nothing: remove the line; restores are the key restore, replicas database.readReplicas"}
	durable := reason{own + ": without it a crash could corrupt the database", "nothing: remove the line"}
	files := reason{own + ": it is a place on its machine", "nothing: remove the line"}
	return map[string]reason{
		"wal_level":                         {own + ", from rds.logical_replication", "rds.logical_replication: 1 for wal_level logical, or remove the line"},
		"port":                              {"not in a parameter group: it is a setting of the instance", "database.port"},
		"listen_addresses":                  {own + ": who may connect is the security group", "network.ingressCidrs, or network.ingressSecurityGroupIds"},
		"ssl":                               tls,
		"ssl_ca_file":                       tls,
		"ssl_cert_file":                     tls,
		"ssl_key_file":                      tls,
		"archive_mode":                      archive,
		"archive_command":                   archive,
		"archive_timeout":                   archive,
		"archive_library":                   archive,
		"hot_standby":                       recovery,
		"primary_conninfo":                  recovery,
		"restore_command":                   recovery,
		"recovery_target_time":              recovery,
		"fsync":                             durable,
		"full_page_writes":                  durable,
		"data_directory":                    files,
		"config_file":                       files,
		"hba_file":                          {own + ": who may connect is the security group, and TLS is forced", "network.ingressCidrs, or network.ingressSecurityGroupIds"},
		"ident_file":                        files,
		"log_directory":                     files,
		"rds.extensions":                    {own + ": it tells which extensions it has", "rds.allowed_extensions, to allow fewer"},
		"superuser_reserved_connections":    {own, "rds.rds_superuser_reserved_connections"},
		"rds.rds_reserved_connections":      {own, "rds.rds_superuser_reserved_connections"},
		"logging_collector":                 {own + ": the log goes to CloudWatch", "nothing: remove the line"},
		"checkpoint_segments":               {noMore, "max_wal_size, in MB"},
		"wal_keep_segments":                 {noMore, "wal_keep_size, in MB"},
		"force_parallel_mode":               {noMore, "debug_parallel_query"},
		"vacuum_defer_cleanup_age":          {noMore, "hot_standby_feedback"},
		"promote_trigger_file":              {noMore, "nothing: remove the line"},
		"sql_inheritance":                   {noMore, "nothing: remove the line"},
		"default_with_oids":                 {noMore, "nothing: remove the line"},
		"db_user_namespace":                 {"RDS does not offer it, and from PostgreSQL 17 on it is gone", "nothing: remove the line"},
		"operator_precedence_warning":       {noMore, "nothing: remove the line"},
		"stats_temp_directory":              {noMore, "nothing: remove the line"},
		"ssl_renegotiation_limit":           {noMore, "nothing: remove the line"},
		"max_fsm_pages":                     {noMore, "nothing: remove the line"},
		"vacuum_cleanup_index_scale_factor": {noMore, "nothing: remove the line"},
	}
}
