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

const (
	preload = "shared_preload_libraries"
	// statements is the library that RDS preloads, which a list of one's own would drop.
	statements = "pg_stat_statements"
)

// Catalogue is what is known of the parameters of the stack's engine version.
func (c *Config) Catalogue() *parameters.Catalogue {
	return parameters.Of(parameters.Family(c.Database.EngineVersion))
}

// parameters holds the parameters to the catalogue of the engine version, and writes them as RDS stores them.
func (l *loader) parameters() {
	values := l.config.Database.Parameters
	if len(values) == 0 || !l.sound("database.engineVersion", "database.parameters") {
		return
	}
	catalogue := l.config.Catalogue()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		key := Key("database.parameters." + name)
		if l.wrong[key] {
			continue
		}
		if p, known := catalogue.Lookup(name); known {
			values[name] = p.Normal(values[name])
		}
		if fault := l.fault(catalogue, name, values[name]); fault != nil {
			l.add(Problem{Key: key, Value: schema.Show(values[name]), Rule: fault.Rule, Fix: fault.Fix})
		}
	}
}

// fault is what is wrong with a parameter; nil: nothing is, as far as the catalogue goes.
func (l *loader) fault(catalogue *parameters.Catalogue, name, value string) *parameters.Fault {
	if fault := catalogue.Refused(name); fault != nil {
		return fault
	}
	p, known := catalogue.Lookup(name)
	if !known {
		return nil
	}
	if fault := p.Check(value); fault != nil {
		return fault
	}
	if name == preload {
		if libraries := strings.Split(value, ","); !slices.Contains(libraries, statements) {
			return &parameters.Fault{
				Rule: "with " + statements + ", which RDS preloads by itself, and a list of one's own drops: Performance Insights and just db-slow-queries read it",
				Fix:  strings.TrimSuffix(statements+","+value, ","),
			}
		}
	}
	if p.DataType == parameters.Integer && parameters.IsFormula(value) {
		return l.formula(p, value)
	}
	return nil
}

// formula works a formula out on each class of the stack. Those about memory are held to more than the range in memory.go.
func (l *loader) formula(p parameters.Parameter, value string) *parameters.Fault {
	db := l.config.Database
	if !l.sound("database.instanceClass", "database.replicaInstanceClass") || instanceclass.AboutMemory(p.Name) {
		return nil
	}
	value = strings.NewReplacer("AllocatedStorage", fmt.Sprint(db.AllocatedStorage<<30), "EndPointPort", fmt.Sprint(db.Port)).Replace(value)
	for _, name := range db.classes() {
		class, known := instanceclass.Lookup(name)
		if !known {
			continue
		}
		n, err := instanceclass.Evaluate(value, class)
		if err != nil {
			return &parameters.Fault{Rule: "a whole number, or a formula that RDS can work out: " + err.Error(), Fix: "one such as GREATEST({DBInstanceVCPU*2},8)"}
		}
		if number := fmt.Sprintf("%.0f", n); !p.Within(number) {
			return &parameters.Fault{
				Rule: fmt.Sprintf("from %s; on %s it comes to %s", p.Range(), class.Name, number),
				Fix:  "another formula, or a whole number",
			}
		}
	}
	return nil
}

// classes are the instance classes of the stack, each once.
func (d Database) classes() []string {
	if d.ReadReplicas > 0 && d.ReplicaInstanceClass != d.InstanceClass {
		return []string{d.InstanceClass, d.ReplicaInstanceClass}
	}
	return []string{d.InstanceClass}
}

// Doubts are the parameters of which it is not known whether RDS takes them, each as a warning: the catalogue was made from documentation,
// and lacks them, or could not tell. RDS refuses them in pulumi up, or takes them.
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
		case len(unlisted) > 0:
			line := fmt.Sprintf("%s: it is not known whether RDS has %s in %s; if not, pulumi up fails", key, strings.Join(unlisted, ", "), catalogue.Family)
			if near := schema.Closest(unlisted[0], strings.Split(p.AllowedValues, ",")); near != "" {
				line += fmt.Sprintf("; %s is the nearest that is known", near)
			}
			lines = append(lines, line)
		}
	}
	return lines
}
