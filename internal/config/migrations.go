package config

import (
	"fmt"

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
