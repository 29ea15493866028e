package config

import (
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

const (
	// audit is the library of pgAudit, and its extension.
	audit        = "pgaudit"
	auditClasses = "pgaudit.log"
)

// audit sets the parameters that database.audit stands for, after those of the stack file were checked.
func (l *loader) audit() {
	d := &l.config.Database
	if len(d.Audit) == 0 || !l.sound("database.audit", "database.parameters") {
		return
	}
	if value, given := d.Parameters[auditClasses]; given {
		l.conflict(Problem{Key: "database.parameters." + auditClasses, Value: schema.Show(value),
			Rule: "not beside database.audit, which sets it",
			Fix:  "nothing: remove the line; or the field database.audit"}, "database.audit")
		return
	}
	if d.Parameters == nil {
		d.Parameters = map[string]string{}
	}
	d.Parameters[auditClasses] = strings.Join(d.Audit, ",")
	if loaded := d.libraries(); !slices.Contains(loaded, audit) && l.sound("database.parameters."+preload) {
		d.Parameters[preload] = strings.Join(append(loaded, audit), ",")
	}
}
