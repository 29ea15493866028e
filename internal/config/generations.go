package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Retained is an instance that is not active: of an earlier generation, or of a later one after going back.
type Retained struct {
	Identifier  string
	Engine      Engine
	Newest      bool // made from what Restore names
	Unprotected bool // may be deleted in a later run
}

// Instance is the identifier of the active instance, which the clients use.
func (c *Config) Instance() string { return c.Generation(c.Restore.Serving) }

// Generation is the identifier of the n-th instance, counted from 1. The first one may have a name that another tool gave it.
func (c *Config) Generation(n int) string {
	if given := c.Database.InstanceIdentifier; n == 1 && given != "" {
		return given
	}
	return naming.Generation(c.Environment, n)
}

// Replica is the identifier of the active instance's n-th read replica, counted from 1. Those of the first instance may have names that
// another tool gave them.
func (c *Config) Replica(n int) string {
	if given := c.Database.ReadReplicaIdentifiers; c.Restore.Serving == 1 && n <= len(given) {
		return given[n-1]
	}
	return naming.Replica(c.Instance(), n)
}

// ClusterInstances are the identifiers of the instances of the active Aurora cluster: one that writes, and the readers.
func (c *Config) ClusterInstances() []string {
	var all []string
	for n := 1; n <= 1+c.Database.ReadReplicas; n++ {
		all = append(all, naming.ClusterInstance(c.Instance(), n))
	}
	return all
}

// Retained are the instances beside it, by their generations.
func (c *Config) Retained() []Retained {
	var retained []Retained
	for n := 1; n <= c.Restore.Generation; n++ {
		identifier := c.Generation(n)
		if n != c.Restore.Serving && !slices.Contains(c.Restore.Released, identifier) {
			retained = append(retained, Retained{
				Identifier: identifier, Engine: c.engineOf(identifier), Newest: n == c.Restore.Generation,
				Unprotected: slices.Contains(c.Restore.Unprotected, identifier),
			})
		}
	}
	return retained
}

// generations asks for a generation that can serve, and for one that is made from something.
func (l *loader) generations() {
	r := l.config.Restore
	var all []string
	for n := 1; n <= r.Generation; n++ {
		all = append(all, l.config.Generation(n))
	}
	if r.Serving > r.Generation {
		l.conflict(Problem{Key: "restore.serving", Value: schema.Show(r.Serving),
			Rule: fmt.Sprintf("at most restore.generation, %d", r.Generation),
			Fix:  "a generation that exists, or no line for the newest"}, "restore.generation")
	}
	for _, list := range []struct {
		field string
		names []string
	}{{"restore.unprotected", r.Unprotected}, {"restore.released", r.Released}} {
		for _, name := range list.names {
			switch {
			case !slices.Contains(all, name):
				l.conflict(Problem{Key: list.field, Value: schema.Show(name),
					Rule: "an instance of this stack",
					Fix:  "one of " + strings.Join(all, ", ")}, "restore.generation", "environment")
			case name == l.config.Instance():
				l.conflict(Problem{Key: list.field, Value: schema.Show(name),
					Rule: "not the active instance",
					Fix:  "another one; or another generation under restore.serving"}, "restore.serving", "restore.generation")
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Engines)) {
		if name == l.config.Instance() || !slices.Contains(all, name) {
			l.conflict(Problem{Key: "restore.engines." + name, Value: r.Engines[name],
				Rule: "an instance of this stack that is not active",
				Fix:  "nothing: remove the line; the active instance has the tier's engine"}, "restore.engines", "restore.serving", "restore.generation")
		}
	}
	for _, name := range r.Released {
		if slices.Contains(r.Unprotected, name) {
			l.conflict(Problem{Key: "restore.released", Value: schema.Show(name),
				Rule: "not in unprotected too: it is gone",
				Fix:  "it in one of the two"}, "restore.unprotected")
		}
	}
	newest := l.config.Generation(r.Generation)
	if r.Generation > 1 && !r.FromBackup() && !r.DumpAndLoad && r.LogicalReplication == "" && !slices.Contains(r.Released, newest) {
		l.conflict(Problem{Key: "restore.generation", Value: schema.Show(r.Generation),
			Rule: "a generation after the first is made from a backup, by dump and load, or for logical replication",
			Fix:  "snapshotIdentifier, pointInTime, useLatestRestorableTime, dumpAndLoad or logicalReplication beside it"}, "restore")
	}
}

// restore asks for one source, and for all of it.
func (l *loader) restore() {
	r := l.config.Restore
	var sources []string
	for _, source := range []struct {
		field string
		given bool
	}{
		{"restore.snapshotIdentifier", r.SnapshotIdentifier != ""},
		{"restore.pointInTime", r.PointInTime != ""},
		{"restore.useLatestRestorableTime", r.UseLatestRestorableTime},
		{"restore.dumpAndLoad", r.DumpAndLoad},
		{"restore.logicalReplication", r.LogicalReplication != ""},
	} {
		if source.given {
			sources = append(sources, source.field)
		}
	}
	if len(sources) > 1 {
		l.conflict(Problem{Key: "restore",
			Rule: "one source at most; given: " + strings.Join(sources, ", "),
			Fix:  "one of them"})
		return
	}
	l.restoredFrom(sources)
}

// restoredFrom asks for the backups of a moment, under one of their names, and for none of a snapshot.
func (l *loader) restoredFrom(sources []string) {
	r := l.config.Restore
	type name struct{ field, value string }
	given := slices.DeleteFunc([]name{
		{"restore.sourceInstanceIdentifier", r.SourceInstanceIdentifier},
		{"restore.sourceDbiResourceId", r.SourceDbiResourceID},
		{"restore.sourceAutomatedBackupsArn", r.SourceAutomatedBackupsArn},
	}, func(n name) bool { return n.value == "" })
	switch pointInTime := r.PointInTime != "" || r.UseLatestRestorableTime; {
	case len(given) > 1:
		l.conflict(Problem{Key: given[1].field, Value: schema.Show(given[1].value),
			Rule: "not with " + strings.TrimPrefix(given[0].field, "restore.") + ": it names the same",
			Fix:  "one of the two"}, given[0].field)
	case pointInTime && len(given) == 0:
		l.conflict(Problem{Key: "restore.sourceInstanceIdentifier",
			Rule: "required with " + sources[0],
			Fix: "the identifier of the instance whose backups are used, such as " +
				l.config.Generation(1)}, sources[0], "restore.sourceDbiResourceId", "restore.sourceAutomatedBackupsArn")
	case !pointInTime && len(given) == 1 && (!r.DumpAndLoad || r.SourceInstanceIdentifier == ""):
		l.conflict(Problem{Key: given[0].field, Value: schema.Show(given[0].value),
			Rule: "only with pointInTime or useLatestRestorableTime",
			Fix:  "one of them too, or remove the field"}, "restore.pointInTime")
	}
}
