package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/parameters"
)

const (
	// cronDatabase is the one database in which pg_cron can be made, and cronDefault its value where nothing is set.
	cronDatabase, cronDefault = "cron.database_name", "postgres"
	allowedExtensions         = "rds.allowed_extensions"
)

// Extensions are the extensions that the bootstrap makes, in the order of the stack file. pgAudit works without its own, but then the log does not
// name what a statement creates or alters.
func (c *Config) Extensions() []string {
	listed := c.Database.Extensions
	if len(c.Database.Audit) == 0 || slices.Contains(listed, audit) {
		return listed
	}
	return append(slices.Clone(listed), audit)
}

// PreloadedExtensions are those of them that can be made only once the server has loaded their libraries, at a restart.
func (c *Config) PreloadedExtensions() []string {
	var all []string
	for _, name := range c.Extensions() {
		if parameters.Preloaded(name) {
			all = append(all, name)
		}
	}
	return all
}

// libraries are those that the server loads when it starts.
func (d Database) libraries() []string {
	if list, given := d.Parameters[preload]; given {
		return separators.Split(list, -1)
	}
	return []string{statements}
}

// extensions asks for what the extensions need: the bootstrap, which makes them, and parameters.
func (l *loader) extensions() {
	d := l.config.Database
	if !l.sound("database.extensions") {
		return
	}
	if len(d.Extensions) > 0 && !l.config.HasLogins() {
		l.conflict(Problem{Key: "database.extensions", Value: schema.Show(d.Extensions),
			Rule: "only with credentials alternating or iam, which have a Job that makes them: with master, the migration logs in as the master user, who may make every extension",
			Fix:  "nothing: remove the field, and CREATE EXTENSION IF NOT EXISTS in a migration; or credentials: alternating"}, "database.credentials")
		return
	}
	if !l.config.HasLogins() || !l.sound("database.parameters", "database.audit") {
		return
	}
	l.preloaded()
	if name := d.Parameters[cronDatabase]; slices.Contains(d.Extensions, "pg_cron") && name != d.Name && (name != "" || d.Name != cronDefault) {
		l.conflict(Problem{Key: "database.parameters." + cronDatabase, Value: name,
			Rule: "database.name with the extension pg_cron, which can be made in this one database; unset, it is " + cronDefault,
			Fix:  d.Name}, "database.name", "database.extensions")
	}
	if list, limited := d.Parameters[allowedExtensions]; limited {
		l.allowed(separators.Split(list, -1))
	}
}

// preloaded asks for the libraries of extensions that do not work without.
func (l *loader) preloaded() {
	loaded := l.config.Database.libraries()
	var missing []string
	for _, name := range l.config.PreloadedExtensions() {
		if !slices.Contains(loaded, name) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		l.conflict(Problem{Key: "database.parameters." + preload, Value: l.config.Database.Parameters[preload],
			Rule: "with the libraries of database.extensions that do nothing without: " + strings.Join(missing, ", "),
			Fix:  strings.Join(append(loaded, missing...), ",")}, "database.extensions")
	}
}

// allowed holds the extensions to the list to which a parameter limits them.
func (l *loader) allowed(list []string) {
	var missing []string
	for _, name := range l.config.Extensions() {
		if !slices.Contains(list, name) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 && !slices.Contains(list, "*") {
		l.conflict(Problem{Key: "database.parameters." + allowedExtensions, Value: l.config.Database.Parameters[allowedExtensions],
			Rule: "with all that the bootstrap makes; missing: " + strings.Join(missing, ", "),
			Fix:  strings.Join(append(list, missing...), ",") + ", or remove the line"}, "database.extensions")
	}
}

// unknownExtensions are those that the catalogue lacks, each as a warning. The bootstrap asks the server, and changes nothing where one is missing.
func (c *Config) unknownExtensions() []string {
	var lines []string
	for _, catalogue := range c.catalogues() {
		known := catalogue.Extensions()
		for _, name := range c.Extensions() {
			if slices.Contains(known, name) {
				continue
			}
			line := fmt.Sprintf("%s: %s is not among the %d known extensions of %s", Key("database.extensions"), name, len(known), catalogue.Family)
			if near := catalogue.NearestExtension(name); near != "" {
				line += fmt.Sprintf("; %s is the nearest", near)
			}
			lines = append(lines, line+". If the server does not have it, the bootstrap fails and changes nothing")
		}
	}
	return lines
}
