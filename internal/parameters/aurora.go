package parameters

import (
	"slices"
	"strings"
)

// auroraPrefix is how the families of Aurora PostgreSQL begin. Their parameters are those of a cluster's parameter group.
const auroraPrefix = "aurora-postgresql"

// auroraOf is the catalogue of a family of Aurora. There is none of its own: it is that of PostgreSQL's, which Aurora is made of, without
// what its storage does itself, and not complete.
func auroraOf(major string) *Catalogue {
	c := Of("postgres" + major)
	c.Source = "the catalogue of " + c.Family + ", without what Aurora's storage does (Aurora User Guide: Aurora PostgreSQL parameters)"
	c.Family, c.Complete = auroraPrefix+major, false
	for i, p := range c.Parameters {
		switch {
		case ofStorage(p.Name):
			c.Parameters[i].Modifiable = Fixed
		case p.Modifiable == Settable && strings.HasPrefix(p.Name, "rds.") && !slices.Contains([]string{"rds.force_ssl", "rds.logical_replication", "rds.log_retention_period"}, p.Name):
			c.Parameters[i].Modifiable = Unknown
		}
		if p.Name == "rds.force_ssl" && major < "17" {
			c.Parameters[i].Default = "" // 0: TLS is not forced by Aurora before 17
		}
	}
	return c
}

// ofStorage tells whether a parameter is about the files and the write-ahead log, of which Aurora's storage takes care: it has no
// checkpoints, and no full pages in its log.
func ofStorage(name string) bool {
	return strings.HasPrefix(name, "checkpoint_") || strings.HasPrefix(name, "bgwriter_") ||
		slices.Contains([]string{
			"max_wal_size", "min_wal_size", "wal_keep_size", "wal_compression", "wal_init_zero", "wal_recycle", "wal_writer_delay", "wal_writer_flush_after",
			"commit_delay", "commit_siblings", "backend_flush_after", "recovery_prefetch", "max_slot_wal_keep_size",
		}, name)
}

// notInAurora is the fault of a name that Aurora certainly does not take; nil: it takes it, or it is not known.
func (c *Catalogue) notInAurora(name string) *Fault {
	if ofStorage(name) {
		return &Fault{Rule: "a parameter that a cluster's parameter group may set: Aurora's storage takes care of files and write-ahead log", Fix: "nothing: remove the line"}
	}
	if p, known := c.Lookup(name); known && p.Modifiable == Fixed {
		return &Fault{Rule: "a parameter that a cluster's parameter group may set: Aurora sets this one itself, or does not offer it", Fix: "nothing: remove the line"}
	}
	return nil
}
