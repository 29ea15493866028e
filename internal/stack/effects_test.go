package stack

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// configured returns a configuration with what the effects need.
func configured(change func(*config.Database)) *config.Config {
	cfg := &config.Config{Environment: "prod", Restore: config.Restore{Generation: 1, Serving: 1}, Database: config.Database{
		Port: 5432, InstanceClass: "db.t3.micro", EngineVersion: "16", BackupRetentionDays: 7, AllocatedStorage: 20, StorageType: "gp3",
		MaintenanceWindow: "sun:04:00-sun:05:00", Parameters: map[string]string{"max_connections": "100", "work_mem": "4096"},
	}}
	if change != nil {
		change(&cfg.Database)
	}
	return cfg
}

// before returns what a run records of the configuration.
func before(cfg *config.Config) map[string]string {
	left := instanceSettings(cfg)
	left["mosaic-database:restore.serving"] = "1"
	return left
}

// A preview says when RDS applies a change and what clients notice. It does not mention changes that nobody notices.
func TestEffects(t *testing.T) {
	for name, test := range map[string]struct {
		was, now func(*config.Database)
		want     []string // parts of the only line; none: there is no line
	}{
		"nothing": {},
		"the port does not wait": {now: func(d *config.Database) { d.Port = 6432 },
			want: []string{"database.port: 5432 → 6432: ", "at once, whatever database.applyImmediately says", "restarts"}},
		"a class waits": {now: func(d *config.Database) { d.InstanceClass = "db.t3.small" },
			want: []string{"db.t3.micro → db.t3.small", "in the maintenance window, sun:04:00-sun:05:00 UTC", "to apply it at once, set database.applyImmediately: true", "restarts"}},
		"a class at once": {now: func(d *config.Database) { d.InstanceClass, d.ApplyImmediately = "db.t3.small", true },
			want: []string{"at once, as database.applyImmediately says", "restarts"}},
		"storage":              {now: func(d *config.Database) { d.AllocatedStorage = 50 }, want: []string{"20 → 50", "maintenance window", "slower"}},
		"backups switched off": {now: func(d *config.Database) { d.BackupRetentionDays = 0 }, want: []string{"7 → 0", "interrupts the database"}},
		"backups kept longer":  {now: func(d *config.Database) { d.BackupRetentionDays = 30 }},
		"a static parameter": {now: func(d *config.Database) {
			d.Parameters = map[string]string{"max_connections": "200", "work_mem": "4096"}
		},
			want: []string{"database.parameters.max_connections: 100 → 200", "at the next restart", "--db-instance-identifier mosaic-prod-db"}},
		"a static parameter taken out": {now: func(d *config.Database) { d.Parameters = nil }, want: []string{"100 → not set", "at the next restart"}},
		"a dynamic parameter": {now: func(d *config.Database) {
			d.Parameters = map[string]string{"max_connections": "100", "work_mem": "8192"}
		}},
		"libraries": {now: func(d *config.Database) {
			d.Parameters["shared_preload_libraries"] = "pg_stat_statements,pg_cron"
		},
			want: []string{"shared_preload_libraries: not set → pg_stat_statements,pg_cron", "at the next restart", "the next bootstrap creates the extensions"}},
		"a parameter that ends sessions": {now: func(d *config.Database) {
			d.Parameters["idle_in_transaction_session_timeout"] = "60000"
		},
			want: []string{"idle_in_transaction_session_timeout: 300000 → 60000", "at once", "ends sessions that are idle in a transaction"}},
		"a parameter that cancels statements": {now: func(d *config.Database) { d.Parameters["statement_timeout"] = "30000" },
			want: []string{"statement_timeout: not set → 30000", "at once", "cancels statements"}},
		"a parameter that cancelled statements": {was: func(d *config.Database) { d.Parameters["statement_timeout"] = "30000" },
			want: []string{"statement_timeout: 30000 → not set"}},
		"a maintenance window": {now: func(d *config.Database) { d.MaintenanceWindow = "mon:04:00-mon:05:00" }},
		"the first replica":    {now: func(d *config.Database) { d.ReadReplicas, d.ReplicaInstanceClass = 1, "db.t3.micro" }},
		"the replicas' class": {was: func(d *config.Database) { d.ReadReplicas, d.ReplicaInstanceClass = 1, "db.t3.micro" },
			now: func(d *config.Database) { d.ReadReplicas, d.ReplicaInstanceClass = 1, "db.t3.small" }, want: []string{"the replicas restart"}},
	} {
		lines := effects(configured(test.now), before(configured(test.was)))
		if len(test.want) == 0 {
			assert.Empty(t, lines, name)
			continue
		}
		if assert.Len(t, lines, 1, name) {
			for _, part := range test.want {
				assert.Contains(t, lines[0], part, name)
			}
		}
	}
}

// A stack of an earlier version of the program, whose parameter group had fewer parameters, is told of those that clients may notice.
func TestEffectsOfNewDefaults(t *testing.T) {
	cfg := configured(nil)
	earlier := before(cfg)
	for _, name := range []string{"idle_in_transaction_session_timeout", "random_page_cost"} {
		delete(earlier, "mosaic-database:database.parameters."+name)
	}
	lines := strings.Join(effects(cfg, earlier), "\n")
	assert.Contains(t, lines, "database.parameters.idle_in_transaction_session_timeout: not set → 300000: RDS applies it at once")
	assert.Contains(t, lines, "database.parameters.random_page_cost: not set → 1.1: RDS applies it at once")
	assert.Equal(t, 1, strings.Count(lines, "\n"), lines)

	cfg.Database.Parameters["idle_in_transaction_session_timeout"], cfg.Database.Parameters["random_page_cost"] = "0", "4"
	assert.NotContains(t, strings.Join(effects(cfg, earlier), "\n"), "300000", "a stack keeps what it had")
}

// There are no warnings in a first run, in the first run after an earlier version of the program, and for another instance.
func TestEffectsNeedTheSameInstance(t *testing.T) {
	now := configured(func(d *config.Database) { d.Port = 6432 })
	assert.Empty(t, effects(now, nil))
	assert.Empty(t, effects(now, map[string]string{"mosaic-database:database.engineVersion": "15", "mosaic-database:restore.serving": "1"}))
	now.Restore = config.Restore{Generation: 2, Serving: 2}
	assert.Empty(t, effects(now, before(configured(nil))))
}

// Every setting of the database has an effect, or is declared to have none that clients notice.
func TestEverySettingHasAnEffectOrNone(t *testing.T) {
	inTable := map[string]bool{}
	for _, e := range Effects() {
		setting, _, _ := strings.Cut(e.Setting, ".")
		inTable[setting] = true
	}
	for _, r := range config.References() {
		if field, ofDatabase := strings.CutPrefix(r.Key, "database."); ofDatabase {
			assert.NotEqual(t, inTable[field], r.Unnoticed != "", "%s: what RDS does when it changes is a row of Effects() in effects.go; that nobody notices it is a tag, unnoticed", r.Key)
			delete(inTable, field)
		} else {
			assert.Empty(t, r.Unnoticed, "%s is not a setting of the database", r.Key)
		}
	}
	assert.Empty(t, inTable, "there are no such settings")
}
