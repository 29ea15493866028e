package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// derive fills in the default that depends on another field.
func (m *Migrations) derive() {
	m.StatementTimeoutSeconds = cmp.Or(m.StatementTimeoutSeconds, m.DeadlineSeconds)
}

// migrations asks each application with a schema for what its migrations need.
func (l *loader) migrations() {
	for _, app := range l.config.Schemas() {
		l.image(app)
		l.timeouts(app)
		l.environment(app)
	}
}

// image asks for one while there is something to run.
func (l *loader) image(app Application) {
	if key := app.MigrationsKey(); app.Migrations.Enabled && app.Migrations.Image == "" {
		l.conflict(Problem{Key: key + ".image",
			Rule: "required while migrations are enabled",
			Fix:  "the image that holds the migrations, or " + key + ".enabled: false"}, key+".enabled")
	}
}

// timeouts holds a statement's time to the Job's: what runs on after the Job ended runs unwatched.
func (l *loader) timeouts(app Application) {
	if m, key := app.Migrations, app.MigrationsKey(); m.StatementTimeoutSeconds > m.DeadlineSeconds {
		l.conflict(Problem{Key: key + ".statementTimeoutSeconds", Value: schema.Show(m.StatementTimeoutSeconds),
			Rule: fmt.Sprintf("at most deadlineSeconds, %d: the statement would outlive the Job", m.DeadlineSeconds),
			Fix:  fmt.Sprintf("%d or less, or a longer deadlineSeconds", m.DeadlineSeconds)}, key+".deadlineSeconds")
	}
}

// environment keeps the two ways to set a variable apart.
func (l *loader) environment(app Application) {
	m, key := app.Migrations, app.MigrationsKey()
	if !l.sound(key+".env", key+".secretEnv") {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(m.SecretEnv)) {
		if _, twice := m.Env[name]; twice {
			l.add(Problem{Key: Key(key + ".secretEnv." + name),
				Rule: "not in migrations.env too: a variable has one value",
				Fix:  "one of the two lines"})
		}
	}
}
