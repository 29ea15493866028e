package lock

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

var (
	managedKey   = config.Key("database.manageMasterUserPassword")
	secretKeyKey = config.Key("database.secretKmsKeyId")
	replicasKey  = config.Key("database.readReplicas")
)

// master is what decides whether RDS may manage the master user's password, and what it keeps with it.
func master(c *config.Config) map[string]string {
	values := map[string]string{}
	if c.Database.ManageMasterUserPassword {
		values[managedKey], values[secretKeyKey] = "true", c.Database.SecretKmsKeyID
	}
	if c.Database.ReadReplicas > 0 && !c.Database.Aurora() {
		values[replicasKey] = strconv.Itoa(c.Database.ReadReplicas)
	}
	return values
}

// changedMaster refuses another key for a secret that RDS has, because RDS does not change it (RDS API Reference: ModifyDBInstance,
// MasterUserSecretKmsKeyId), and lets RDS manage the password only after the run that deletes the replicas: it changes the instance
// before it deletes them.
func changedMaster(c *config.Config, before map[string]string) schema.Problems {
	var problems schema.Problems
	if !c.Database.ManageMasterUserPassword {
		return nil
	}
	if old, now := before[secretKeyKey], c.Database.SecretKmsKeyID; before[managedKey] != "" && old != now {
		problems = append(problems, schema.Problem{
			Key: secretKeyKey, Value: orUnset(now),
			Rule: fmt.Sprintf("it has to stay %s while RDS manages the master user's password: RDS never changes the key of its secret", cmp.Or(old, "the key aws/secretsmanager")),
			Fix:  asWritten(old) + "; or manageMasterUserPassword: false beside it in this run, and true in a later one",
		})
	}
	if replicas := before[replicasKey]; replicas != "" {
		problems = append(problems, schema.Problem{
			Key: managedKey, Value: "true",
			Rule: fmt.Sprintf("false in the run that deletes the read replicas (%s): it changes the instance before they are gone", replicas),
			Fix:  "false; and true in a later run",
		})
	}
	return problems
}
