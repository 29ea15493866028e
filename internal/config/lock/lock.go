// Package lock keeps a later run from changing what a database cannot change and live: each run leaves what it was made with, and
// the next one is held to it before anything is registered.
package lock

import (
	"fmt"
	"maps"
	"strconv"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// immutable is one setting that cannot change once the database exists: RDS, or this program's names, would answer with another,
// empty one, or take the pods' Secret away.
type immutable struct {
	key     string // full key
	value   string
	why     string // what a change would do
	instead string // how to get what a change is meant to get
	later   bool   // the first states did not have the key: in these it was not set
}

// adopted is the identifier of an instance that another tool made; "" if this program made it.
func adopted(c *config.Config) string {
	if identifier := c.Database.InstanceIdentifier; identifier != naming.Instance(c.Environment) {
		return identifier
	}
	return ""
}

// rolePath is the path of the roles; "" for that of IAM, which the first states have.
func rolePath(c *config.Config) string {
	if c.RolePath == "/" {
		return ""
	}
	return c.RolePath
}

// The full keys of what is compared in a way of its own.
var (
	vpcKey           = config.Key("network.vpcId")
	issuerKey        = config.Key("cluster.oidcIssuer")
	engineVersionKey = config.Key("database.engineVersion")
	deliveryKey      = config.Key("delivery")
	storageKey       = config.Key("database.allocatedStorage")
	grownKey         = config.Key("database.allocatedStorage, grown")
	credentialsKey   = config.Key("database.credentials")
	passwordKey      = config.Key("database.passwordVersion")
)

// ofStack are the settings that a stack keeps, with their present values.
func ofStack(c *config.Config) []immutable {
	const (
		renamed   = "it is part of every physical name, and an empty database would be made beside this one"
		deleted   = "the existing objects would be deleted, the pods' Secret among them"
		moved     = "the database cannot move"
		newStack  = "bring up another stack"
		inAnother = " in another stack (restore.snapshotIdentifier)"
	)
	all := []immutable{
		{key: "aws:region", value: c.Region, why: moved, instead: "copy a snapshot, and restore it" + inAnother},
		{key: "aws:allowedAccountIds", value: c.AccountID, why: moved, instead: "share a snapshot, and restore it" + inAnother},
		{key: "rolePath", value: rolePath(c), later: true, why: "a role cannot move: each would be replaced with one whose ARN the pods do not have", instead: newStack},
		{key: "environment", value: c.Environment, why: renamed, instead: newStack},
		{key: "database.instanceIdentifier", value: adopted(c), later: true, why: "an empty database would be made beside this one", instead: "take over another instance with another stack (docs/how-to/adoption.md)"},
		{key: "network.subnetGroupName", value: c.Network.SubnetGroupName, later: true, why: "RDS cannot move an instance between subnet groups of a VPC", instead: "restore a snapshot" + inAnother},
		{key: "cluster.name", value: c.Cluster.Name, why: deleted, instead: newStack},
		{key: "database.name", value: c.Database.Name, why: replaced, instead: "give an application of additionalApps a database of its own in the instance"},
		{key: "database.username", value: c.Database.Username, why: replaced, instead: "make another user in the database with CREATE ROLE"},
		{key: "app.name", value: c.App.Name, why: deleted, instead: newStack},
		{key: "app.namespace", value: c.App.Namespace, why: deleted, instead: newStack},
		{key: "app.createNamespace", value: strconv.FormatBool(c.App.CreateNamespace), why: "the namespace would be deleted with everything in it, or made a second time", instead: newStack},
		{key: "app.secretName", value: c.App.SecretName, why: "the operator would delete the Secret of the old name, which pods use", instead: newStack},
		{key: "app.serviceAccount", value: c.App.ServiceAccount, why: deleted, instead: newStack},
	}
	for i := range all {
		all[i].key = config.Key(all[i].key)
	}
	return all
}

// Location is where the database is and what it serves, whether the configuration names them or they were looked up.
type Location struct{ VpcID, OIDCIssuer string }

// Values is what a database is made with and keeps, by full key, for the comparison in later runs; before is that of the last one.
func Values(c *config.Config, location Location, before map[string]string) map[string]string {
	values := map[string]string{vpcKey: location.VpcID, issuerKey: location.OIDCIssuer, deliveryKey: string(c.Delivery)}
	for _, setting := range ofStack(c) {
		values[setting.key] = setting.value
	}
	maps.Copy(values, generations(c, before))
	maps.Copy(values, access(c))
	maps.Copy(values, copies(c))
	maps.Copy(values, awsBackup(c))
	maps.Copy(values, master(c))
	maps.Copy(values, topic(c))
	values[credentialsKey], values[passwordKey] = string(c.Database.Credentials), strconv.Itoa(c.Database.PasswordVersion)
	for _, app := range c.AdditionalApps {
		values[applicationKey(app.Name)] = application(app)
	}
	return values
}

// Changed is the problem of every locked value that is another than before, which [Values] made in an earlier run; empty before
// the first. A key that before does not have is not compared.
func Changed(c *config.Config, before map[string]string) schema.Problems {
	var problems schema.Problems
	for _, setting := range ofStack(c) {
		problems = append(problems, setting.changed(before)...)
	}
	problems = append(problems, changedApplications(c, before)...)
	problems = append(problems, changedAccess(c, before)...)
	problems = append(problems, ownership(c, before)...)
	problems = append(problems, rotation(c, before)...)
	problems = append(problems, leavingTokens(c, before)...)
	problems = append(problems, changedCopies(c, before)...)
	problems = append(problems, changedMaster(c, before)...)
	return append(problems, changedGenerations(c, before)...)
}

// Moved is the problem of another VPC or another cluster than before. A cluster that is made again has another issuer, also under
// the same name.
func Moved(location Location, before map[string]string) schema.Problems {
	vpc := immutable{key: vpcKey, value: location.VpcID, why: "an instance cannot leave its VPC", instead: "restore a snapshot in another stack"}
	issuer := immutable{key: issuerKey, value: location.OIDCIssuer, why: "the objects in the cluster would be recreated", instead: "bring up another stack"}
	return append(vpc.changed(before), issuer.changed(before)...)
}

func (i immutable) changed(before map[string]string) schema.Problems {
	old, known := before[i.key]
	if len(before) == 0 || !known && !i.later || old == i.value {
		return nil
	}
	return schema.Problems{{
		Key: i.key, Value: orUnset(i.value),
		Rule: fmt.Sprintf("immutable: %s, because %s", stays(old), i.why),
		Fix:  asWritten(old) + "; or " + i.instead,
	}}
}

// ownership lets the objects change hands by way of a handover alone: otherwise this program would delete what it made, the pods'
// Secret with it, or find in its place what the chart made.
func ownership(c *config.Config, before map[string]string) schema.Problems {
	old, now := config.Delivery(before[deliveryKey]), c.Delivery
	if old == "" || old == now || old == config.DeliveryHandover || now == config.DeliveryHandover {
		return nil
	}
	return schema.Problems{{
		Key: deliveryKey, Value: string(now),
		Rule: fmt.Sprintf("from %s only by way of handover: the pods' Secret must never be missing", old),
		Fix:  fmt.Sprintf("%s; or handover in this run and %s in a later one (docs/why/delivery.md)", old, now),
	}}
}

// Credentials is the kind of login that the clients had in an earlier run; "" before the first.
func Credentials(before map[string]string) config.Credentials {
	return config.Credentials(before[credentialsKey])
}

// rotation lets alternating logins take turns one by one: a number that skips one, or falls, would change the login that the
// clients have. Tokens have no number.
func rotation(c *config.Config, before map[string]string) schema.Problems {
	old, now := number(before, passwordKey, c.Database.PasswordVersion), c.Database.PasswordVersion
	if c.ByToken() && now != old {
		return schema.Problems{{
			Key: passwordKey, Value: strconv.Itoa(now),
			Rule: fmt.Sprintf("with credentials iam, still %d: no login has a password to change", old),
			Fix:  fmt.Sprintf("%d; to change the master user's password, raise masterPasswordVersion", old),
		}}
	}
	if !c.Alternating() || before[credentialsKey] != string(config.CredentialsAlternating) || now == old || now == old+1 {
		return nil
	}
	return schema.Problems{{
		Key: passwordKey, Value: strconv.Itoa(now),
		Rule: fmt.Sprintf("with credentials alternating, %d or one more: any other number would change the login that clients use", old),
		Fix:  fmt.Sprintf("%d; and the next number in a later run, when all clients have restarted", old+1),
	}}
}

// number is a locked number, or another one where it is not known.
func number(before map[string]string, key string, otherwise int) int {
	if n, err := strconv.Atoi(before[key]); err == nil {
		return n
	}
	return otherwise
}
