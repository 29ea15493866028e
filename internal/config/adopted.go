package config

import (
	"fmt"
	"slices"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// adopted holds the names that another tool gave apart, and from those that this program gives.
func (l *loader) adopted() {
	d := l.config.Database
	given := d.ReadReplicaIdentifiers
	if len(given) > d.ReadReplicas {
		l.conflict(Problem{Key: "database.readReplicaIdentifiers", Value: schema.Show(given),
			Rule: fmt.Sprintf("at most as many as readReplicas, %d", d.ReadReplicas),
			Fix:  "the first of them, or a higher number of readReplicas"}, "database.readReplicas")
	}
	taken := []string{l.config.Generation(1)}
	for n := len(given) + 1; n <= d.ReadReplicas; n++ {
		taken = append(taken, naming.Replica(taken[0], n))
	}
	for n := 2; n <= l.config.Restore.Generation; n++ {
		taken = append(taken, l.config.Generation(n))
	}
	if slices.Contains(taken[1:], taken[0]) {
		l.conflict(Problem{Key: "database.instanceIdentifier", Value: schema.Show(taken[0]),
			Rule: "not the identifier of another instance of this stack",
			Fix:  "the identifier of the instance that was taken over"}, "environment", "restore.generation")
	}
	for _, name := range given {
		if slices.Contains(taken, name) {
			l.conflict(Problem{Key: "database.readReplicaIdentifiers", Value: schema.Show(name),
				Rule: "not the identifier of another instance of this stack",
				Fix:  "the identifier of a read replica"}, "database.instanceIdentifier", "environment")
		}
	}
}
