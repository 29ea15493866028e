package stack

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/parameters"
)

// Moment is when RDS applies a change, as warnings and documentation say it.
type Moment string

const (
	atOnce      Moment = "at once, whatever database.applyImmediately says"
	window      Moment = "in the maintenance window, or at once with database.applyImmediately"
	nextRestart Moment = "at the next restart of the instance, which you have to start"
)

// Effect is what RDS does when a setting of an instance changes.
type Effect struct {
	Setting string // key under database, or a parameter under parameters; parameters.* stands for all other static ones
	When    Moment
	// Notice is what clients notice, such as a restart of the instance; "": nothing.
	Notice string
	// only reports whether a change from one value to the other has the effect; nil: every change has it.
	only func(before, now string) bool
}

// Effects is the table of effects. Its sources are "Settings for DB instances" and "Working with parameter groups" in the RDS
// User Guide and, for the port, ModifyDBInstance in the API reference. A change of any other setting is applied at once, and
// clients do not notice it.
func Effects() []Effect {
	const restart, slower = "the instance restarts, and all connections end; with a standby it fails over", "the instance may be slower meanwhile"
	return []Effect{
		{Setting: "port", When: atOnce, Notice: "the instance restarts, and all connections end"},
		{Setting: "instanceClass", When: window, Notice: restart},
		{Setting: replicaClass, When: window, Notice: "the replicas restart", only: both},
		{Setting: "engineVersion", When: window, Notice: restart},
		{Setting: "caCertIdentifier", When: window, Notice: "the instance restarts, unless its engine version can change the certificate without a restart"},
		{Setting: "backupRetentionDays", When: window, Notice: "a change to or from 0 interrupts the database for seconds or minutes", only: onOrOff},
		{Setting: "multiAz", When: window, Notice: slower},
		{Setting: "allocatedStorage", When: window, Notice: slower + "; afterwards the storage cannot be changed again for hours"},
		{Setting: "storageType", When: window, Notice: slower},
		{Setting: "iops", When: window, Notice: slower},
		{Setting: "storageThroughput", When: window, Notice: slower},
		{Setting: "iamDatabaseAuthentication", When: window},
		{Setting: "minCapacity", When: atOnce, Notice: "no connection ends; an instance that scales down has fewer buffers, and one that may scale to 0 pauses: the next client waits about 15 seconds"},
		{Setting: "maxCapacity", When: atOnce, Notice: "no connection ends; max_connections and other parameters that depend on it keep the old value until you run, for each instance: aws rds reboot-db-instance --db-instance-identifier …"},
		{Setting: "parameters.idle_in_transaction_session_timeout", When: atOnce, Notice: "PostgreSQL ends sessions that are idle in a transaction for more milliseconds, and rolls their transactions back; 0 ends none"},
		{Setting: "parameters.statement_timeout", When: atOnce, Notice: "PostgreSQL cancels statements that run for more milliseconds; 0 cancels none"},
		{Setting: "parameters.random_page_cost", When: atOnce, Notice: "queries may get other plans"},
		{Setting: libraries, When: nextRestart, Notice: "the old libraries stay until you run: aws rds reboot-db-instance --db-instance-identifier …; the next bootstrap creates the extensions of new libraries; with credentials: master, create them yourself (docs/why/users.md)"},
		{Setting: staticParameters, When: nextRestart, Notice: "the old value stays until you run: aws rds reboot-db-instance --db-instance-identifier …"},
	}
}

const (
	settings = config.Namespace + ":database." // prefix of the full keys
	// staticParameters stands for all parameters that take effect only after a restart.
	staticParameters = parameter + "*"
	libraries        = parameter + "shared_preload_libraries"
	parameter        = "parameters."
	replicaClass     = "replicaInstanceClass"
)

// onOrOff reports whether a change switches automated backups on or off.
func onOrOff(before, now string) bool { return (before == "0") != (now == "0") }

// both reports whether there are replicas before and after the change.
func both(before, now string) bool { return before != "" && now != "" }

// instanceSettings returns the value of each setting in the table by full key, for the output that the next run reads.
func instanceSettings(cfg *config.Config) map[string]string {
	values, present, inGroup, catalogue := map[string]string{}, cfg.Values(), database.Parameters(cfg), cfg.Catalogue()
	for _, effect := range Effects() {
		name, isParameter := strings.CutPrefix(effect.Setting, parameter)
		switch {
		case isParameter:
			if value, ok := inGroup[name]; ok {
				values[settings+effect.Setting] = value
			}
		case strings.HasSuffix(effect.Setting, "Capacity") && !cfg.Database.Aurora():
		case effect.Setting != replicaClass || cfg.Database.ReadReplicas > 0:
			values[settings+effect.Setting] = present["database."+effect.Setting]
		}
	}
	for name, value := range cfg.Database.Parameters {
		if catalogue.AtRestart(name) {
			values[settings+parameter+name] = value
		}
	}
	return values
}

// warn prints, at the end of a preview, what RDS does to the instance and when, and which parameters it may not take, after other warnings.
func warn(ctx *pulumi.Context, cfg *config.Config, before map[string]string, others []string) error {
	if !ctx.DryRun() {
		return nil
	}
	for _, line := range slices.Concat(others, cfg.Doubts(), effects(cfg, before), recoveryPoints(cfg, before), leftDatabases(cfg, before)) {
		if err := ctx.Log.Warn(line, nil); err != nil {
			return fmt.Errorf("reporting the effects on the instance: %w", err)
		}
	}
	return nil
}

// effects returns a warning for each change that has an effect.
func effects(cfg *config.Config, before map[string]string) []string {
	_, compared := before[settings+"port"]
	if !compared || before[config.Namespace+":restore.serving"] != strconv.Itoa(cfg.Restore.Serving) {
		return nil // before is of an earlier version of this program, which did not record the settings, or of another instance
	}
	now, catalogue := instanceSettings(cfg), cfg.Catalogue()
	all := maps.Clone(before)
	maps.Copy(all, now)
	var lines []string
	for _, effect := range Effects() {
		for _, key := range slices.Sorted(maps.Keys(all)) {
			setting, ours := strings.CutPrefix(key, settings)
			c := change{key: key, before: before[key], now: now[key]}
			if ours && effect.of(setting, catalogue) && c.before != c.now && (effect.only == nil || effect.only(c.before, c.now)) {
				lines = append(lines, effect.line(cfg, c))
			}
		}
	}
	return lines
}

// change is a change of a setting.
type change struct {
	key         string // full key
	before, now string // "": not set
}

// of reports whether a change of the setting has the effect. catalogue is that of the engine version.
func (e Effect) of(setting string, catalogue *parameters.Catalogue) bool {
	name, isParameter := strings.CutPrefix(setting, parameter)
	return setting == e.Setting || e.Setting == staticParameters && isParameter && setting != libraries && catalogue.AtRestart(name)
}

// line returns the warning for a change.
func (e Effect) line(cfg *config.Config, c change) string {
	when, until := string(e.When), ""
	if e.When == window && cfg.Database.ApplyImmediately {
		when = "at once, as database.applyImmediately says"
	} else if e.When == window {
		when = fmt.Sprintf("in the maintenance window, %s UTC", cfg.Database.MaintenanceWindow)
		until = ". Until then every preview shows the change; to apply it at once, set database.applyImmediately: true"
	}
	line := fmt.Sprintf("%s: %s → %s: RDS applies it %s", c.key, cmp.Or(c.before, "not set"), cmp.Or(c.now, "not set"), when)
	if e.Notice != "" {
		instance := cfg.Instance()
		if cfg.Database.Aurora() {
			instance = cfg.ClusterInstances()[0]
		}
		line += ": " + strings.ReplaceAll(e.Notice, "…", instance)
	}
	return line + until
}
