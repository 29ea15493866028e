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
)

// Moment is when RDS carries a change out.
type Moment string

// The moments, in the words of warnings and documentation.
const (
	atOnce      Moment = "at once, whatever database.applyImmediately says"
	window      Moment = "in the maintenance window, or at once with database.applyImmediately"
	nextRestart Moment = "at the next restart, which RDS does not make for it"
)

// Effect is what RDS does when a setting of an instance changes.
type Effect struct {
	Setting string // under database; of several parameters, parameters.*
	When    Moment
	// Notice is what clients see: that the instance restarts, say; "": nothing.
	Notice string
	// only tells from both values whether it happens at all; nil: always.
	only func(before, now string) bool
}

// Effects is the table, by RDS's own: "Settings for DB instances" in its User Guide, ModifyDBInstance in its API reference
// (of the port), and "Working with parameter groups". What is not in it happens at once, and nobody sees it.
func Effects() []Effect {
	const restart, slower = "the instance restarts, and all connections end; with a standby it fails over", "it may be slower meanwhile"
	return []Effect{
		{Setting: "port", When: atOnce, Notice: "the instance restarts, and all connections end"},
		{Setting: "instanceClass", When: window, Notice: restart},
		{Setting: replicaClass, When: window, Notice: "the replicas restart", only: both},
		{Setting: "engineVersion", When: window, Notice: restart},
		{Setting: "caCertIdentifier", When: window, Notice: "the instance restarts, unless its version takes another certificate without"},
		{Setting: "backupRetentionDays", When: window, Notice: "to 0 or from 0, the database stands still for seconds, up to minutes", only: onOrOff},
		{Setting: "multiAz", When: window, Notice: slower},
		{Setting: "allocatedStorage", When: window, Notice: slower + "; then storage cannot be changed for hours"},
		{Setting: "storageType", When: window, Notice: slower},
		{Setting: "iops", When: window, Notice: slower},
		{Setting: "storageThroughput", When: window, Notice: slower},
		{Setting: "iamDatabaseAuthentication", When: window},
		{Setting: staticParameters, When: nextRestart, Notice: "the old value, until: aws rds reboot-db-instance --db-instance-identifier …"},
	}
}

const (
	settings = config.Namespace + ":database." // begins their full keys
	// staticParameters is the setting that stands for all parameters that PostgreSQL reads when it starts.
	staticParameters = "parameters.*"
	replicaClass     = "replicaInstanceClass"
)

func onOrOff(before, now string) bool { return (before == "0") != (now == "0") }

func both(before, now string) bool { return before != "" && now != "" }

// instanceSettings is the present value of each setting of the table, by its full key, as a run leaves it to the next one.
func instanceSettings(cfg *config.Config) map[string]string {
	values := map[string]string{}
	for _, effect := range Effects() {
		if effect.Setting != staticParameters && (effect.Setting != replicaClass || cfg.Database.ReadReplicas > 0) {
			values[settings+effect.Setting] = cfg.Value("database." + effect.Setting)
		}
	}
	for name, value := range cfg.Database.Parameters {
		if database.ApplyMethod(name) == "pending-reboot" {
			values[settings+"parameters."+name] = value
		}
	}
	return values
}

// warn ends a preview with what RDS does to the instance, and when. What an earlier version left says nothing of most settings;
// those are not compared.
func warn(ctx *pulumi.Context, cfg *config.Config, before map[string]string) error {
	if !ctx.DryRun() {
		return nil
	}
	for _, line := range effects(cfg, before) {
		if err := ctx.Log.Warn(line, nil); err != nil {
			return fmt.Errorf("reporting what RDS does: %w", err)
		}
	}
	return nil
}

func effects(cfg *config.Config, before map[string]string) []string {
	_, compared := before[settings+"port"]
	if !compared || before[config.Namespace+":restore.serving"] != strconv.Itoa(cfg.Restore.Serving) {
		return nil // nothing to compare with, or another instance
	}
	now := instanceSettings(cfg)
	all := maps.Clone(before)
	maps.Copy(all, now)
	var lines []string
	for _, effect := range Effects() {
		for _, key := range slices.Sorted(maps.Keys(all)) {
			setting, ours := strings.CutPrefix(key, settings)
			if ours && effect.of(setting) && before[key] != now[key] && (effect.only == nil || effect.only(before[key], now[key])) {
				lines = append(lines, effect.line(cfg, key, before[key], now[key]))
			}
		}
	}
	return lines
}

// of tells whether the effect is of a setting.
func (e Effect) of(setting string) bool {
	family, isFamily := strings.CutSuffix(e.Setting, "*")
	return setting == e.Setting || isFamily && strings.HasPrefix(setting, family)
}

func (e Effect) line(cfg *config.Config, key, before, now string) string {
	when := string(e.When)
	if e.When == window && cfg.Database.ApplyImmediately {
		when = "at once, as database.applyImmediately says"
	} else if e.When == window {
		when = fmt.Sprintf("in the maintenance window, %s UTC, and every preview shows it until then; database.applyImmediately: true does it at once",
			cfg.Database.MaintenanceWindow)
	}
	line := fmt.Sprintf("%s: %s → %s: RDS does it %s", key, cmp.Or(before, "not set"), cmp.Or(now, "not set"), when)
	if e.Notice != "" {
		line += ": " + strings.ReplaceAll(e.Notice, "…", cfg.Instance())
	}
	return line
}
