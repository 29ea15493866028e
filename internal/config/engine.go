package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/instanceclass"
)

const (
	// ServerlessClass is the class of every instance of an Aurora cluster of this program.
	ServerlessClass = instanceclass.ServerlessName

	auroraStorage = "aurora"
	// optimizedStorage is Aurora I/O-Optimized.
	optimizedStorage = "aurora-iopt1"
)

// Aurora tells whether an Aurora cluster serves the database.
func (d Database) Aurora() bool { return d.Engine == AuroraPostgreSQL }

// Pauses tells whether the instances pause when nobody is connected.
func (d Database) Pauses() bool { return d.Aurora() && d.MinCapacity == 0 }

// IOOptimized tells whether Aurora bills no I/O.
func (d Database) IOOptimized() bool { return d.StorageType == optimizedStorage }

// Class is what an instance of the configured class offers; false if its size is not known. One of Aurora Serverless v2 has what its ceiling
// has: so AWS works out parameters, and reports the use of memory and processor.
func (d Database) Class() (instanceclass.Class, bool) { return d.class(d.InstanceClass) }

// ReplicaClass is what a read replica offers.
func (d Database) ReplicaClass() (instanceclass.Class, bool) { return d.class(d.ReplicaInstanceClass) }

func (d Database) class(name string) (instanceclass.Class, bool) {
	if d.Aurora() {
		return instanceclass.Serverless(d.MaxCapacity), true
	}
	return instanceclass.Lookup(name)
}

// NotAurora are the keys that say nothing of an Aurora cluster, with the reason.
func NotAurora() map[string]string {
	const (
		storage = "Aurora's storage grows and shrinks with the data, and is billed by what it holds"
		zones   = "Aurora keeps six copies of the data in three zones; for a standby that answers, readReplicas: 1"
		adopted = "taking over an Aurora cluster of another tool is not supported"
	)
	return map[string]string{
		"database.allocatedStorage":           storage,
		"database.maxAllocatedStorage":        storage,
		"database.replicaMaxAllocatedStorage": storage,
		"database.iops":                       storage,
		"database.storageThroughput":          storage,
		"database.multiAz":                    zones,
		"database.availabilityZone":           zones,
		"database.replicaInstanceClass":       "every instance of the cluster is " + ServerlessClass + ", so that any can take over",
		"database.instanceIdentifier":         adopted,
		"database.readReplicaIdentifiers":     adopted,
		"alerts.freeStoragePercent":           storage,
		"alerts.transactionLogsPercent":       storage,
		"alerts.replicationSlotPercent":       storage,
		"alerts.diskQueueDepth":               "the volume is not a disk of the instance",
	}
}

// AuroraAlone are the keys that say something of an Aurora cluster alone.
func AuroraAlone() []string {
	return []string{
		"alerts.acuPercent", "alerts.freeLocalStorageGiB", "budget.expectedAcuHours", "budget.expectedMillionIos", "budget.expectedStorageGiB",
		"database.maxCapacity", "database.minCapacity", "database.secondsUntilAutoPause",
	}
}

// engine holds the fields to what serves the database.
func (l *loader) engine() {
	if !l.sound("tier") {
		return
	}
	for _, key := range AuroraAlone() {
		if value, given := l.given(key); given && !l.config.Database.Aurora() {
			l.conflict(Problem{Key: key, Value: value,
				Rule: "only with tier serverless: an RDS instance has a fixed class, and storage of a fixed size",
				Fix:  "nothing: remove the field"}, "tier")
		}
	}
	if !l.config.Database.Aurora() {
		l.ofInstance()
		return
	}
	for _, key := range slices.Sorted(maps.Keys(NotAurora())) {
		if value, given := l.given(key); given {
			l.conflict(Problem{Key: key, Value: value,
				Rule: "not with tier serverless: " + NotAurora()[key],
				Fix:  "nothing: remove the field"}, "tier")
		}
	}
	l.ofCluster()
	l.capacity()
}

// given is the value of a field that the stack sets, as the report writes it; false if it does not.
func (l *loader) given(key string) (string, bool) {
	object, field, _ := strings.Cut(key, ".")
	text, _ := l.src.GetConfig(Key(object))
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &fields) != nil || fields[field] == nil {
		return "", false
	}
	return string(fields[field]), true
}

// ofInstance refuses to an instance of RDS what only a cluster can have.
func (l *loader) ofInstance() {
	d := l.config.Database
	for field, class := range map[string]string{"database.instanceClass": d.InstanceClass, "database.replicaInstanceClass": d.ReplicaInstanceClass} {
		if _, given := l.given(field); given && class == ServerlessClass {
			l.conflict(Problem{Key: field, Value: class,
				Rule: "only with tier serverless: it is the class of Aurora Serverless v2",
				Fix:  "another class, or tier: serverless in a new stack"}, "tier")
		}
	}
	if d.StorageType == auroraStorage || d.StorageType == optimizedStorage {
		l.conflict(Problem{Key: "database.storageType", Value: d.StorageType,
			Rule: "only with tier serverless: it is Aurora's",
			Fix:  "gp3, io1 or io2"}, "tier")
	}
}

// ofCluster holds a cluster to what Aurora has.
func (l *loader) ofCluster() {
	d := l.config.Database
	if d.InstanceClass != ServerlessClass {
		l.conflict(Problem{Key: "database.instanceClass", Value: d.InstanceClass,
			Rule: "not with tier serverless: its instances scale between minCapacity and maxCapacity, and have no other class than " + ServerlessClass,
			Fix:  "maxCapacity, one ACU for 2 GiB of memory; or another tier in a new stack"}, "tier")
	}
	if d.StorageType != auroraStorage && d.StorageType != optimizedStorage {
		l.conflict(Problem{Key: "database.storageType", Value: d.StorageType,
			Rule: "aurora or aurora-iopt1 with tier serverless",
			Fix:  "nothing: remove the field; or aurora-iopt1, which bills no I/O"}, "tier")
	}
	if d.BackupRetentionDays == 0 {
		l.conflict(Problem{Key: "database.backupRetentionDays", Value: schema.Show(d.BackupRetentionDays),
			Rule: "1 or more with tier serverless: the backups of a cluster cannot be switched off",
			Fix:  "1 or more"}, "tier")
	}
}

// capacity holds the range of ACUs together.
func (l *loader) capacity() {
	d := l.config.Database
	if d.MinCapacity > d.MaxCapacity {
		l.conflict(Problem{Key: "database.minCapacity", Value: schema.Show(d.MinCapacity),
			Rule: fmt.Sprintf("at most maxCapacity, %g", d.MaxCapacity),
			Fix:  fmt.Sprintf("%g or less, or a higher maxCapacity", d.MaxCapacity)}, "database.maxCapacity")
	}
	if v := ParseVersion(d.EngineVersion); d.MinCapacity == 0 && v.Minor != 0 && v.Minor < firstPausing(v.Major) {
		l.conflict(Problem{Key: "database.minCapacity", Value: schema.Show(d.MinCapacity),
			Rule: fmt.Sprintf("0.5 or more with engineVersion %s: Aurora pauses from %d.%d on", d.EngineVersion, v.Major, firstPausing(v.Major)),
			Fix:  fmt.Sprintf("0.5, or engineVersion: \"%d\"", v.Major)}, "database.engineVersion")
	}
	if value, given := l.given("database.secondsUntilAutoPause"); given && d.MinCapacity > 0 {
		l.conflict(Problem{Key: "database.secondsUntilAutoPause", Value: value,
			Rule: fmt.Sprintf("only with minCapacity 0: with %g, nothing pauses", d.MinCapacity),
			Fix:  "nothing: remove the field, or minCapacity: 0"}, "database.minCapacity")
	}
	least, most := l.config.ACUHours()
	if hours := l.config.Budget.ExpectedACUHours; hours != 0 && (float64(hours) < least || float64(hours) > most) {
		l.conflict(Problem{Key: "budget.expectedAcuHours", Value: schema.Show(hours),
			Rule: fmt.Sprintf("from %.0f to %.0f: what the instances have at least and at most in a month", least, most),
			Fix:  fmt.Sprintf("from %.0f to %.0f, or another minCapacity or maxCapacity", least, most)}, "database.minCapacity", "database.maxCapacity", "database.readReplicas")
	}
}

// firstPausing is the first minor version of a major one with which Aurora can pause (Aurora User Guide: Aurora Serverless v2 capacity).
func firstPausing(major int) int { return map[int]int{13: 15, 14: 12, 15: 7, 16: 3}[major] }
