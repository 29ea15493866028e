package k8s

import (
	"slices"
	"strings"
)

// program is what the migration's container executes: the command as it is, or, where that is an upgrade by
// Alembic, a script that also prints the database's revision and the newest one before, and the database's
// after. It is one container and not several, because the provider puts only the log of a pod's main container
// into its error. The script needs /bin/sh in the image; a command of any other form does not.
func (m *Migration) program() []string {
	alembic := m.alembic()
	if alembic == nil {
		return m.Command
	}
	status := quoted(alembic)
	return []string{"/bin/sh", "-ec", strings.Join([]string{
		"echo 'current revision:'", status + " current",
		"echo 'newest revision:'", status + " heads",
		quoted(m.Command),
		"echo 'current revision:'", status + " current",
	}, "\n")}
}

// alembic is Alembic with its global options, such as alembic -c other.ini; nil if the command is no upgrade by it.
func (m *Migration) alembic() []string {
	upgrade := slices.Index(m.Command, "upgrade")
	if upgrade < 1 || m.Command[0] != "alembic" {
		return nil
	}
	return m.Command[:upgrade]
}

// quoted is a command as a shell takes it apart into the same words again.
func quoted(words []string) string {
	var all []string
	for _, word := range words {
		all = append(all, "'"+strings.ReplaceAll(word, "'", `'\''`)+"'")
	}
	return strings.Join(all, " ")
}
