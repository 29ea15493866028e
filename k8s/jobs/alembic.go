package jobs

import (
	"slices"
	"strings"
)

// withRevisions returns the command of the migration's container. For an upgrade by Alembic, it is a script that prints the
// current revision of the database and the newest one, runs the command, and prints the current revision again. Any other
// command stays as it is. The script needs /bin/sh in the image. It is not split into several containers, because the
// provider's error has the log of the pod's main container only.
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

// alembicOf returns Alembic with its global options, such as alembic -c other.ini, or nil if the command is not an upgrade
// by Alembic.
func alembicOf(command []string) []string {
	upgrade := slices.Index(command, "upgrade")
	if upgrade < 1 || command[0] != "alembic" {
		return nil
	}
	return command[:upgrade]
}

// quoted returns the words as a command for a shell.
func quoted(words []string) string {
	var all []string
	for _, word := range words {
		all = append(all, "'"+strings.ReplaceAll(word, "'", `'\''`)+"'")
	}
	return strings.Join(all, " ")
}
