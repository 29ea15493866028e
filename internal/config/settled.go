package config

import (
	"cmp"
	"fmt"
	"maps"
	"strconv"
	"strings"
)

// settled is one setting that cannot change once the database exists: RDS, or this program's names, would
// answer with another, empty one, or take the pods' Secret away.
type settled struct {
	key   string // full key
	value string
	why   string // what a change would do
	way   string // how to get what a change is meant to get
}

// settings are all of them, with their present values.
func (c *Config) settings() []settled {
	const (
		renamed  = "every physical name has it, so an empty database would be made beside this one"
		deleted  = "the objects that exist would be deleted, the pods' Secret among them"
		moved    = "the database cannot move there"
		newStack = "bring up another stack"
		restored = "restore a snapshot in another stack (restore.snapshotIdentifier)"
	)
	return []settled{
		{"aws:region", c.Region, moved, "copy a snapshot and " + restored},
		{"aws:allowedAccountIds", c.AccountID, moved, "share a snapshot and " + restored},
		{ownKey("environment"), c.Environment, renamed, newStack},
		{ownKey("cluster.name"), c.Cluster.Name, deleted, newStack},
		{ownKey("database.name"), c.Database.Name, replaced, "make another database in the instance with CREATE DATABASE"},
		{ownKey("database.username"), c.Database.Username, replaced, "make another user in the database with CREATE ROLE"},
		{ownKey("app.name"), c.App.Name, deleted, newStack},
		{ownKey("app.namespace"), c.App.Namespace, deleted, newStack},
		{ownKey("app.createNamespace"), strconv.FormatBool(c.App.CreateNamespace), "the namespace would be deleted with everything in it, or made a second time", newStack},
		{ownKey("app.secretName"), c.App.SecretName, "the operator would delete the Secret of the old name, which pods use", newStack},
		{ownKey("app.serviceAccount"), c.App.ServiceAccount, deleted, newStack},
	}
}

var (
	vpcKey           = ownKey("network.vpcId")
	issuerKey        = ownKey("cluster.oidcIssuer")
	engineVersionKey = ownKey("database.engineVersion")
	deliveryKey      = ownKey("delivery")
	storageKey       = ownKey("database.allocatedStorage")
)

// Settled is what a database is made with and keeps, by full key, for the comparison in later runs; before is that of
// the last one. vpcID is the VPC that it is in, oidcIssuer that of the cluster that it serves.
func (c *Config) Settled(before map[string]string, vpcID, oidcIssuer string) map[string]string {
	values := map[string]string{vpcKey: vpcID, issuerKey: oidcIssuer, deliveryKey: string(c.Delivery)}
	for _, s := range c.settings() {
		values[s.key] = s.value
	}
	maps.Copy(values, c.settledGenerations(before))
	values[credentialsKey], values[passwordKey] = string(c.Database.Credentials), strconv.Itoa(c.Database.PasswordVersion)
	for _, app := range c.AdditionalApps {
		values[settledAppsKey+app.Name] = app.settled()
	}
	return values
}

// Reached is what is settled of an instance that has not become all that it was asked to: a run with --target left it out, or
// RDS does it in the next maintenance window. What it has beyond that, by a minor upgrade or by growing, is no change.
// engineVersion and allocatedStorage (GiB) are what it has; empty and 0 where that is not known.
func Reached(asked map[string]string, engineVersion string, allocatedStorage int) map[string]string {
	reached := maps.Clone(asked)
	if storage, _ := strconv.Atoi(asked[storageKey]); 0 < allocatedStorage && allocatedStorage < storage {
		reached[storageKey] = strconv.Itoa(allocatedStorage)
	}
	now, wanted := engineVersion, asked[engineVersionKey]
	if major(now) > 0 && (major(now) < major(wanted) || major(now) == major(wanted) && minor(now) < minor(wanted)) {
		reached[engineVersionKey] = now
	}
	return reached
}

// Changed is the problem of every settled value that is another than before, which [Config.Settled] made in an
// earlier run; empty before the first. A key that before does not have is not compared.
func (c *Config) Changed(before map[string]string) Problems {
	var problems Problems
	for _, s := range c.settings() {
		problems = append(problems, s.changed(before)...)
	}
	problems = append(problems, c.changedApps(before)...)
	problems = append(problems, c.ownership(before)...)
	problems = append(problems, c.rotates(before)...)
	return append(problems, c.changedGenerations(before)...)
}

// SiteChanged is the problem of another VPC or another cluster than before, whether the configuration names them
// or they were looked up. A cluster that is made again has another issuer, also under the same name.
func SiteChanged(before map[string]string, vpcID, oidcIssuer string) Problems {
	vpc := settled{vpcKey, vpcID, "an instance cannot leave its VPC", "restore a snapshot in another stack"}
	issuer := settled{issuerKey, oidcIssuer, "the objects in the cluster would be made anew", "bring up another stack"}
	return append(vpc.changed(before), issuer.changed(before)...)
}

func (s settled) changed(before map[string]string) Problems {
	old, known := before[s.key]
	if !known || old == s.value {
		return nil
	}
	fix := old
	if old == "" {
		fix = "nothing: remove the line"
	}
	return Problems{{
		Key: s.key, Value: orUnset(s.value),
		Rule: fmt.Sprintf("settled when the database was made, as %s: %s", orUnset(old), s.why),
		Fix:  fix + "; or " + s.way,
	}}
}

func orUnset(value string) string { return cmp.Or(value, "not set") }

// ownership lets the objects change hands by way of a handover alone: otherwise this program would delete what it
// made, the pods' Secret with it, or find in its place what the chart made.
func (c *Config) ownership(before map[string]string) Problems {
	old, now := Delivery(before[deliveryKey]), c.Delivery
	if old == "" || old == now || old == DeliveryHandover || now == DeliveryHandover {
		return nil
	}
	return Problems{{
		Key: deliveryKey, Value: string(now),
		Rule: fmt.Sprintf("from %s by way of handover alone: at no moment may the pods' Secret be gone", old),
		Fix:  fmt.Sprintf("%s; or handover in this run and %s in a later one (docs/delivery.md)", old, now),
	}}
}

// shrunk refuses less storage than was asked for before.
func (c *Config) shrunk(before map[string]string) Problems {
	old, _ := strconv.Atoi(before[storageKey])
	if c.Database.AllocatedStorage >= old {
		return nil
	}
	return Problems{{
		Key: storageKey, Value: strconv.Itoa(c.Database.AllocatedStorage),
		Rule: fmt.Sprintf("not below the database's %d: storage never shrinks", old),
		Fix:  fmt.Sprintf("%d; or copy the data into the database of another stack", old),
	}}
}

// minorVersion lets a pinned minor version rise, and never fall.
func (c *Config) minorVersion(before map[string]string) Problems {
	old, now := before[engineVersionKey], c.Database.EngineVersion
	if major(old) != major(now) || minor(now) == 0 || minor(now) >= minor(old) {
		return nil
	}
	return Problems{{
		Key: engineVersionKey, Value: now,
		Rule: fmt.Sprintf("not below the database's %s: RDS does not go back to an older version", old),
		Fix:  fmt.Sprintf("%q; or restore a snapshot from before the upgrade under the next restore.generation", old),
	}}
}

// majorVersion lets the major version rise, on purpose, and never fall.
func (c *Config) majorVersion(before map[string]string) Problems {
	old, now := major(before[engineVersionKey]), major(c.Database.EngineVersion)
	problem := Problem{Key: engineVersionKey, Value: c.Database.EngineVersion}
	switch {
	case old == 0 || old == now:
		return nil
	case now < old:
		problem.Rule = fmt.Sprintf("not below the database's %d: PostgreSQL cannot go back to an older major version", old)
		problem.Fix = fmt.Sprintf("%q; or restore a snapshot from before the upgrade under the next restore.generation", strconv.Itoa(old))
	case !c.Database.AllowMajorVersionUpgrade || !c.Database.ApplyImmediately:
		// Left to the maintenance window, the instance would still be on the old parameter group when this run
		// deletes it.
		problem.Rule = fmt.Sprintf("with allowMajorVersionUpgrade and applyImmediately: from %d it is a major upgrade, with downtime and no way back", old)
		problem.Fix = fmt.Sprintf("%q; or, after a snapshot, allowMajorVersionUpgrade: true and applyImmediately: true beside it", strconv.Itoa(old))
	default:
		return nil
	}
	return Problems{problem}
}

// minor is the minor part of a version, 0 where there is none.
func minor(version string) int {
	_, text, _ := strings.Cut(version, ".")
	number, _ := strconv.Atoi(text)
	return number
}

// major is the major part of a version, 0 where there is none.
func major(version string) int {
	text, _, _ := strings.Cut(version, ".")
	number, _ := strconv.Atoi(text)
	return number
}
