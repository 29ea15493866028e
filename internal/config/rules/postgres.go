package rules

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/instanceclass"
)

// oldestMajor is the oldest major version of PostgreSQL that this program is tested with. Which newer ones there are, RDS says.
const oldestMajor = 16

var (
	databaseName  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,62}$`)
	userName      = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,15}$`)
	className     = regexp.MustCompile(`^db\.[a-z]+[0-9]+[a-z]*\.(micro|small|medium|large|[0-9]*xlarge)$`)
	engineVersion = regexp.MustCompile(`^(1[6-9]|[2-9][0-9])(\.[0-9]{1,2})?$`)
	forced        = regexp.MustCompile(`^\s*(1|[oO][nN]|[yY][eE][sS]|[tT][rR][uU][eE])\s*$`) // on, as PostgreSQL takes it
	extensionName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`)
	parameterName = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$`)
)

// reservedNames is what neither a database nor a user may be called: the names that PostgreSQL and RDS use themselves, and
// PostgreSQL's reserved key words. A user may be called postgres: on RDS that is no superuser, but what AWS's console calls the master user.
var reservedNames = strings.Fields(`
	template0 template1 rdsadmin rdsrepladmin rdstopmgr rds_superuser rds_replication rds_iam
	rds_password admin db public none
	all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate
	collation column concurrently constraint create cross current_catalog current_date current_role
	current_schema current_time current_timestamp current_user default deferrable desc distinct do else
	end except false fetch for foreign freeze from full grant group having ilike in initially inner
	intersect into is isnull join lateral leading left like limit localtime localtimestamp natural not
	notnull null offset on only or order outer overlaps placing primary references returning right select
	session_user similar some symmetric system_user table tablesample then to trailing true union unique
	user using variadic verbose when where window with`)

func postgres() schema.Rules {
	const letters = "letters, digits and underscores, beginning with a letter"
	// A whole number is no less clear than its text, but a number with a fraction may have been another version.
	version := schema.Matching(engineVersion, "PostgreSQL 16 or later, as a major version or with its minor version",
		`one such as "16" (minor versions then follow by themselves) or "16.11"`).
		As("minimum", oldestMajor)
	version.Mistyped = `the version in quotes, such as "16.10": as a number that is 16.1`
	return schema.Rules{
		"databaseName":  schema.Matching(databaseName, "1 to 63 "+letters, "a name such as mosaic").And(notReserved("another name, such as mosaic", "postgres")),
		"userName":      schema.Matching(userName, "1 to 16 "+letters, "a name such as mosaicadmin").And(notReserved("another name, such as mosaicadmin")),
		"engineVersion": version,
		"parameter":     parameter(),
		"extension":     schema.Matching(extensionName, "the name of an extension as CREATE EXTENSION takes it, without its version", "one such as vector, pg_trgm or uuid-ossp"),
		"class":         class(),
	}
}

// notReserved asks for a name that is free.
func notReserved(fix string, also ...string) schema.Rule {
	names := slices.Concat(also, reservedNames)
	return schema.Check("not a name that PostgreSQL or RDS reserves", func(s string) string {
		name := strings.ToLower(s)
		if slices.Contains(names, name) || strings.HasPrefix(name, "pg_") || strings.HasPrefix(name, "rds_") {
			return fix
		}
		return ""
	}).As("not", map[string]any{"enum": names})
}

// parameter asks for a parameter that does not weaken TLS. What the engine version has of it is not in a rule of a single value.
func parameter() schema.Rule {
	r := schema.Check("a parameter of the engine version in lower case, with a value that RDS takes: a boolean as 1 or 0, a number in the parameter's unit without the unit, or a {formula}; rds.force_ssl stays 1",
		func(e schema.Entry) string {
			switch {
			case !parameterName.MatchString(e.Name):
				return "a parameter's name in lower case, such as work_mem or rds.logical_replication"
			case e.Name == "rds.force_ssl" && !forced.MatchString(e.Value):
				return "1, or remove the line: TLS is forced"
			}
			return ""
		}).
		As("propertyNames", map[string]any{"pattern": parameterName.String()}).
		As("properties", map[string]any{"rds.force_ssl": map[string]any{"anyOf": []any{
			map[string]any{"enum": []any{1, true}}, map[string]any{"type": "string", "pattern": forced.String()},
		}}}).
		As("additionalProperties", map[string]any{"type": []string{"string", "number", "boolean"}})
	r.Unquoted = scalar
	return r
}

// class asks for the form of a name. Which classes there are, RDS says in the preview; of those that run none of these versions, and never
// will, the successor is named.
func class() schema.Rule {
	return schema.Check("an instance class of RDS, such as db.t4g.micro, that runs PostgreSQL 16 or later", func(name string) string {
		if name == instanceclass.ServerlessName || className.MatchString(name) && !instanceclass.Outdated(name) {
			return ""
		}
		return NearestClass(name)
	}).
		As("anyOf", []any{map[string]any{"enum": knownClasses()}, map[string]any{"pattern": className.String()}}). // editors offer those of the table
		As("not", map[string]any{"pattern": `^db\.(` + strings.Join(instanceclass.OutdatedFamilies(), "|") + `)\.`})
}

// NearestClass is a known instance class for a name that is none: its successor, or the one that is written most like it.
func NearestClass(name string) string {
	candidate, classes := instanceclass.Successor(name), knownClasses()
	if candidate != name && slices.Contains(classes, candidate) {
		return candidate
	}
	near := schema.Closest(candidate, slices.DeleteFunc(classes, func(class string) bool { return class == name }))
	return cmp.Or(near, "one such as db.t4g.micro, db.t3.medium or db.r7g.large")
}

// knownClasses is the names of the classes in the table.
func knownClasses() []string {
	var names []string
	for _, c := range instanceclass.All() {
		names = append(names, c.Name)
	}
	return names
}
