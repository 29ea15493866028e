package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/instanceclass"
	"github.com/mosaic-stories/mosaic-database/internal/parameters"
)

var (
	separators = regexp.MustCompile(`[,;\s]+`)    // that people write between libraries
	amount     = regexp.MustCompile(`^-?[0-9]+$`) // a number that can be written as it is
)

const (
	preload = "shared_preload_libraries"
	// statements is the library that RDS preloads, which a list of one's own would drop.
	statements = "pg_stat_statements"
)

// Catalogue is what is known of the parameters of the stack's engine version.
func (c *Config) Catalogue() *parameters.Catalogue {
	return parameters.Of(parameters.Family(string(c.Database.Engine), c.Database.EngineVersion))
}

// catalogues are those of the versions that this run may make a parameter group for: of the active instance, and of the newest.
func (c *Config) catalogues() []*parameters.Catalogue {
	all := []*parameters.Catalogue{c.Catalogue()}
	if newest := c.Newest().Catalogue(); newest.Family != all[0].Family {
		all = append(all, newest)
	}
	return all
}

// parameters holds the parameters to the catalogues of the engine versions, and writes them as RDS stores them.
func (l *loader) parameters() {
	values := l.config.Database.Parameters
	if len(values) == 0 || !l.sound("database.engineVersion", "restore.engineVersion", "database.parameters") { // before version, which refuses minor versions
		return
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, catalogue := range l.config.catalogues() {
			l.parameter(catalogue, name)
		}
	}
}

// parameter holds a parameter to one catalogue, unless it has a problem already.
func (l *loader) parameter(catalogue *parameters.Catalogue, name string) {
	key, values := Key("database.parameters."+name), l.config.Database.Parameters
	if l.wrong[key] {
		return
	}
	p, known := catalogue.Lookup(name)
	if known {
		values[name] = p.Normal(values[name])
	} else {
		values[name] = parameters.Bool(values[name])
	}
	if fault := l.fault(catalogue, name, values[name]); fault != nil {
		l.add(Problem{Key: key, Value: shown(p, values[name]), Rule: fault.Rule, Fix: l.fitting(name, fault.Fix)})
	}
}

// fault is what is wrong with a parameter; nil: nothing is, as far as the catalogue goes.
func (l *loader) fault(catalogue *parameters.Catalogue, name, value string) *parameters.Fault {
	if fault := catalogue.Refused(name); fault != nil {
		return fault
	}
	p, _ := catalogue.Lookup(name)
	if name == preload {
		return libraries(p, value)
	}
	if fault := p.Check(value); fault != nil {
		return fault
	}
	if p.DataType == parameters.Integer && parameters.IsFormula(value) {
		return l.formula(p, value)
	}
	return nil
}

// libraries asks for the library that RDS preloads, and for each once, with commas between them.
func libraries(p parameters.Parameter, value string) *parameters.Fault {
	var each []string
	for library := range strings.SplitSeq(p.Normal(separators.ReplaceAllString(value, ",")), ",") {
		if library != "" && !slices.Contains(each, library) {
			each = append(each, library)
		}
	}
	if !slices.Contains(each, statements) {
		return &parameters.Fault{
			Rule: "with " + statements + ": RDS preloads it unless this list is set, and Performance Insights and just db-slow-queries need it",
			Fix:  strings.Join(append([]string{statements}, each...), ","),
		}
	}
	if right := strings.Join(each, ","); right != value {
		return &parameters.Fault{Rule: "libraries with commas between them, each once", Fix: right}
	}
	return nil
}

// shown is a value as the report writes it. A formula begins with a brace, too, and is nothing confidential.
func shown(p parameters.Parameter, value string) string {
	if p.DataType == parameters.Integer && parameters.IsFormula(value) && !strings.ContainsAny(value, "\"\n") {
		return value
	}
	return schema.Show(value)
}

// fitting is advice that the memory of every class of the stack has room for: a number in the right unit may be too much of it.
func (l *loader) fitting(name, fix string) string {
	db := l.config.Database
	if !l.sound("database.instanceClass", "database.replicaInstanceClass") || !instanceclass.AboutMemory(name) || !amount.MatchString(fix) {
		return fix
	}
	for _, of := range db.classes() {
		class, known := db.class(of)
		if !known {
			continue
		}
		for _, unfit := range class.Unfit(map[string]string{name: fix}) {
			return unfit.Fix
		}
	}
	return fix
}

// formula works a formula out on each class of the stack. Those about memory are held to more than the range in memory.go.
func (l *loader) formula(p parameters.Parameter, value string) *parameters.Fault {
	db := l.config.Database
	if !l.sound("database.instanceClass", "database.replicaInstanceClass") {
		return nil
	}
	value = strings.NewReplacer("AllocatedStorage", fmt.Sprint(db.AllocatedStorage<<30), "EndPointPort", fmt.Sprint(db.Port)).Replace(value)
	for _, name := range db.classes() {
		class, known := db.class(name)
		if !known {
			continue
		}
		n, err := instanceclass.Evaluate(value, class)
		if err != nil {
			example := "GREATEST({DBInstanceVCPU*2},8)"
			if instanceclass.AboutMemory(p.Name) {
				example = class.Example(p.Name)
			}
			return &parameters.Fault{Rule: "a whole number, or a formula that RDS can work out: " + err.Error(), Fix: "one such as " + example}
		}
		if instanceclass.AboutMemory(p.Name) {
			continue
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
