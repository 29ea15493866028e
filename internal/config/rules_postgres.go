package config

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	databaseName  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,62}$`)
	userName      = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,15}$`)
	engineVersion = regexp.MustCompile(`^(16|17)(\.\d{1,2})?$`)
	parameterName = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$`)
	formula       = regexp.MustCompile(`\{[^{}]+\}`)
)

// reservedNames is what neither a database nor a user may be called: the names that PostgreSQL and RDS
// use themselves, and PostgreSQL's reserved key words.
var reservedNames = strings.Fields(`
	postgres template0 template1 rdsadmin rdsrepladmin rdstopmgr rds_superuser rds_replication rds_iam
	rds_password admin db public none
	all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate
	collation column concurrently constraint create cross current_catalog current_date current_role
	current_schema current_time current_timestamp current_user default deferrable desc distinct do else
	end except false fetch for foreign freeze from full grant group having ilike in initially inner
	intersect into is isnull join lateral leading left like limit localtime localtimestamp natural not
	notnull null offset on only or order outer overlaps placing primary references returning right select
	session_user similar some symmetric system_user table tablesample then to trailing true union unique
	user using variadic verbose when where window with`)

// notReserved asks for a name that is free.
func notReserved(fix string) rule[string] {
	return rule[string]{
		text: "not a name that PostgreSQL or RDS reserves",
		check: func(s string) string {
			name := strings.ToLower(s)
			if slices.Contains(reservedNames, name) || strings.HasPrefix(name, "pg_") || strings.HasPrefix(name, "rds_") {
				return fix
			}
			return ""
		},
	}
}

func databaseNameRule() rule[string] {
	return matching(databaseName, "1 to 63 letters, digits and underscores, beginning with a letter", "a name such as mosaic").
		and(notReserved("another name, such as mosaic"))
}

func userNameRule() rule[string] {
	return matching(userName, "1 to 16 letters, digits and underscores, beginning with a letter", "a name such as mosaicadmin").
		and(notReserved("another name, such as mosaicadmin"))
}

func engineVersionRule() rule[string] {
	return matching(engineVersion, "PostgreSQL 16 or 17, as a major version or with its minor version",
		`one such as "16" (minor versions then follow by themselves) or "16.11"`)
}

// insightsRetentionRule asks for a retention that Performance Insights sells.
func insightsRetentionRule() rule[int] {
	return rule[int]{
		text: "0 (off), 7, a multiple of 31 from 31 to 713, or 731",
		check: func(days int) string {
			switch {
			case days == 0, days == 7, days == 731, days >= 31 && days <= 23*31 && days%31 == 0:
				return ""
			case days > 0 && days < 31:
				return "7 or 31"
			case days > 31 && days < 23*31:
				return strconv.Itoa(days/31*31) + " or " + strconv.Itoa((days/31+1)*31)
			}
			return "one such as 7, 31, 465 or 731"
		},
	}
}

// parameterRule asks for a parameter that neither weakens TLS nor stops the instance from starting.
func parameterRule() rule[entry] {
	const fewest, most = 6, 262143 // RDS's range for max_connections
	return rule[entry]{
		text: "a PostgreSQL parameter in lower case; rds.force_ssl stays 1; max_connections from 6 to 262143 or a {formula}",
		check: func(e entry) string {
			switch {
			case !parameterName.MatchString(e.name):
				return "a parameter's name in lower case, such as work_mem or rds.logical_replication"
			case e.name == "rds.force_ssl" && e.value != "1":
				return "1, or remove the line: TLS is forced"
			case e.name == "max_connections" && !formula.MatchString(e.value):
				if n, err := strconv.Atoi(e.value); err != nil || n < fewest || n > most {
					return "a whole number from 6 to 262143, or a formula such as LEAST({DBInstanceClassMemory/9531392},5000)"
				}
			}
			return ""
		},
	}
}
