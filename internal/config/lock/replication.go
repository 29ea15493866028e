package lock

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

var (
	replicationKey = config.Key("restore.logicalReplication")
	switchedKey    = config.Key("restore.switchedAt")
	// filledKey is how far the newest instance is filled.
	filledKey = config.Key("restore.logicalReplication, filled")
)

// replicated is what the newest instance was made for; "" unless it is logical replication, whose state may change.
func replicated(r config.Restore) string {
	if r.LogicalReplication == "" {
		return ""
	}
	return "running or complete"
}

// held are the settings that stay as they are while logical replication is running, from the run on that made the newest instance.
func held(c *config.Config) []immutable {
	const schemas = "logical replication carries rows and no DDL, so the newest instance would not have what a migration makes"
	return append([]immutable{
		{key: config.Key("restore.engineVersion"), value: c.Restore.EngineVersion, why: "the newest instance was made with it"},
		{key: config.Key("migrations.image"), value: c.Migrations.Image, why: schemas},
		{key: config.Key("migrations.command"), value: strings.Join(c.Migrations.Command, " "), why: schemas},
	}, passwords(c)...)
}

// passwords are what decides the passwords of the logins, of which an instance that is not active does not get another one.
func passwords(c *config.Config) []immutable {
	const why = "the newest instance would keep the former password, and just db-switch could not log in there"
	return []immutable{
		{key: passwordKey, value: strconv.Itoa(c.Database.PasswordVersion), why: why},
		{key: config.Key("database.masterPasswordVersion"), value: strconv.Itoa(c.Database.MasterPasswordVersion), why: why},
		{key: credentialsKey, value: string(c.Database.Credentials), why: why},
	}
}

// replication holds what replication needs as it is, and lets it be complete only after it ran. The run that begins it may still change
// all of that.
func replication(c *config.Config, before map[string]string) schema.Problems {
	r := c.Restore
	made := number(before, generationKey, 1) == r.Generation
	if r.LogicalReplication == config.ReplicationComplete && !made {
		return schema.Problems{{
			Key: replicationKey, Value: string(r.LogicalReplication), Rule: "running at first: this run makes the newest instance, and it is empty",
			Fix: string(config.ReplicationRunning),
		}}
	}
	if r.LogicalReplication == config.ReplicationComplete {
		return moved(r, before)
	}
	if r.LogicalReplication != config.ReplicationRunning || !made {
		return nil
	}
	var problems schema.Problems
	for _, setting := range held(c) {
		if old, known := before[setting.key]; known && old != setting.value {
			problems = append(problems, schema.Problem{
				Key: setting.key, Value: orUnset(setting.value),
				Rule: fmt.Sprintf("%s while logical replication is running: %s", stays(old), setting.why),
				Fix:  asWritten(old) + "; make the change after just db-switch",
			})
		}
	}
	return problems
}

// moved lets the clients move between the two instances that logical replication joins only after just db-switch has compared them: the program
// logs in to neither. What it knows is the moment that the recipe writes into the stack file, one for each move.
func moved(r config.Restore, before map[string]string) schema.Problems {
	was := number(before, servingKey, r.Generation)
	completed := before[filledKey] == string(config.ReplicationRunning)
	if joined := min(was, r.Serving) >= r.Generation-1; was == r.Serving && !completed || !joined || later(r.SwitchedAt, before[switchedKey]) {
		return nil
	}
	problem := schema.Problem{
		Key: servingKey, Value: strconv.Itoa(r.Serving),
		Rule: fmt.Sprintf("it has to stay %d until just db-switch moves the clients: what they have written since would be left behind", was),
		Fix:  fmt.Sprintf("just db-switch %d, which writes restore.switchedAt, too; where it cannot run: docs/how-to/upgrades.md", r.Serving),
	}
	if completed {
		problem.Key, problem.Value = replicationKey, string(r.LogicalReplication)
		problem.Rule = "running until just db-switch has compared the two: the newest instance may not have everything"
	}
	return schema.Problems{problem}
}

// later tells whether a moment is after another one, or the first.
func later(moment, than string) bool {
	now, err := time.Parse(time.RFC3339, moment)
	if err != nil {
		return false
	}
	then, err := time.Parse(time.RFC3339, than)
	return err != nil || now.After(then)
}
