package jobs

import (
	"slices"
	"strings"
)

// withRevisions is what the migration's container executes: the command as it is, or, where that is an upgrade by
// Alembic, a script that also prints the database's revision and the newest one before, and the database's
// after. It is one container and not several, because the provider puts only the log of a pod's main container
// into its error. The script needs /bin/sh in the image; a command of any other form does not.
func withRevisions(command []string) []string {
	alembic := alembicOf(command)
	if alembic == nil {
		return command
	}
	status := quoted(alembic)
	return []string{"/bin/sh", "-ec", strings.Join([]string{
		"echo 'current revision:'", status + " current",
		"echo 'newest revision:'", status + " heads",
		quoted(command),
		"echo 'current revision:'", status + " current",
	}, "\n")}
}

// alembicOf is Alembic with its global options, such as alembic -c other.ini; nil if the command is no upgrade by it.
func alembicOf(command []string) []string {
	upgrade := slices.Index(command, "upgrade")
	if upgrade < 1 || command[0] != "alembic" {
		return nil
	}
	return command[:upgrade]
}

// quoted is a command that a shell splits into the same words again.
func quoted(words []string) string {
	var all []string
	for _, word := range words {
		all = append(all, "'"+strings.ReplaceAll(word, "'", `'\''`)+"'")
	}
	return strings.Join(all, " ")
}
