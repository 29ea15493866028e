package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/instanceclass"
	"github.com/mosaic-stories/mosaic-database/internal/parameters"
)

// Doubts are the parameters and extensions of which it is not known whether RDS takes them, each as a warning: the catalogue was made from documentation,
// and lacks them, or could not tell. RDS refuses them in pulumi up, or takes them. So are those that may not fit a class of which only the name
// tells the memory.
func (c *Config) Doubts() []string {
	catalogue := c.Catalogue()
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(c.Database.Parameters)) {
		key := Key("database.parameters." + name)
		p, known := catalogue.Lookup(name)
		unlisted := p.Unlisted(c.Database.Parameters[name])
		switch {
		case !known:
			line := fmt.Sprintf("%s: not among the %d known parameters of %s", key, len(catalogue.Parameters), catalogue.Family)
			if near := catalogue.Nearest(name); near != "" {
				line += fmt.Sprintf("; %s is the nearest", near)
			}
			lines = append(lines, line+". It is sent with the apply method pending-reboot: if RDS has it, it takes effect at the next restart of the instance; otherwise RDS refuses it, and pulumi up fails")
		case p.Modifiable == parameters.Unknown:
			lines = append(lines, fmt.Sprintf("%s: a parameter of PostgreSQL, but it is not known whether RDS lets it be set in %s; if not, pulumi up fails", key, catalogue.Family))
		case p.Switch && len(unlisted) > 0:
			lines = append(lines, fmt.Sprintf("%s: PostgreSQL takes %s for off, but it is not known whether RDS does in %s: it was reported to refuse 1, and to take %s alone. If not, pulumi up fails at the "+
				"parameter group, before the instance changes; then one of these, which logs less than all", key, unlisted[0], catalogue.Family, strings.ReplaceAll(p.AllowedValues, ",", ", ")))
		case len(unlisted) > 0:
			line := fmt.Sprintf("%s: it is not known whether RDS has %s in %s; if not, pulumi up fails", key, strings.Join(unlisted, ", "), catalogue.Family)
			if near := schema.Closest(unlisted[0], strings.Split(p.AllowedValues, ",")); near != "" {
				line += fmt.Sprintf("; %s is the nearest that is known", near)
			}
			lines = append(lines, line)
		}
	}
	return slices.Concat(lines, c.tight(), c.unknownExtensions())
}

// tight are the parameters that do not fit what the name of a class, which is not in the table, says of its memory.
func (c *Config) tight() []string {
	var lines []string
	if c.Database.Aurora() {
		return nil
	}
	for _, name := range c.Database.classes() {
		class, known := instanceclass.Lookup(name)
		if !known || instanceclass.Listed(name) {
			continue
		}
		for _, unfit := range class.Unfit(c.Database.Parameters) {
			lines = append(lines, fmt.Sprintf("%s: %s: %s, if %s has the %g GiB that its name says; write: %s",
				Key("database.parameters."+unfit.Parameter), c.Database.Parameters[unfit.Parameter], unfit.Rule, name, class.MemoryGiB, unfit.Fix))
		}
	}
	return lines
}
