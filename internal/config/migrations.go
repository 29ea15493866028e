package config

import (
	"fmt"
	"maps"
	"slices"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// migrations asks for an image while there is something to run.
func (l *loader) migrations() {
	if m := l.config.Migrations; m.Enabled && m.Image == "" {
		l.conflict(Problem{Key: "migrations.image",
			Rule: "required while migrations are enabled",
			Fix:  "the image that holds the migrations, or migrations.enabled: false"}, "migrations.enabled")
	}
}

// timeouts holds a statement's time to the Job's: what runs on after the Job ended runs unwatched.
func (l *loader) timeouts() {
	if m := l.config.Migrations; m.StatementTimeoutSeconds > m.DeadlineSeconds {
		l.conflict(Problem{Key: "migrations.statementTimeoutSeconds", Value: schema.Show(m.StatementTimeoutSeconds),
			Rule: fmt.Sprintf("at most deadlineSeconds, %d: the statement would outlive the Job", m.DeadlineSeconds),
			Fix:  fmt.Sprintf("%d or less, or a longer deadlineSeconds", m.DeadlineSeconds)}, "migrations.deadlineSeconds")
	}
}

// environment keeps the two ways to set a variable apart.
func (l *loader) environment() {
	m := l.config.Migrations
	if !l.sound("migrations.env", "migrations.secretEnv") {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(m.SecretEnv)) {
		if _, twice := m.Env[name]; twice {
			l.add(Problem{Key: Key("migrations.secretEnv." + name),
				Rule: "not in migrations.env too: a variable has one value",
				Fix:  "one of the two lines"})
		}
	}
}
