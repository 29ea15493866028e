package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Part reads the configuration of a stack from its file alone, as a script does before it can ask Pulumi, and holds some fields to their rules,
// such as aws:region, app.namespace and additionalApps.<name>.policyArns: only these are right in the result. What is wrong elsewhere, and
// what is missing beside them, the program says. With environments of Pulumi ESC, a field that is a key of its own, and the object of any
// other, has to be in the file: an environment may have it. That one has a field of an object which the file has without it, nobody finds.
func Part(dir, stack string, fields ...string) (*Config, error) {
	path, err := StackFilePath(dir, stack)
	if err != nil {
		return nil, err
	}
	file, err := ReadStackFile(dir, stack)
	if err != nil {
		return nil, err
	}
	if file.written == nil {
		return nil, fmt.Errorf("there is no %s; the stack %s has no other file", path, stack)
	}
	l := reading(file, simple(stack), file)
	l.names()
	l.pipeline()
	l.apps()
	l.access()
	l.boundary()
	l.cluster()
	l.copies()
	l.adopted()
	brought := l.brought(fields)
	problems := slices.Clone(brought)
	for _, p := range l.problems {
		of := func(field string) bool {
			return meets(Key(field), p.Key) || p.Meant != "" && meets(Key(field), p.Meant)
		}
		said := func(other Problem) bool { return within(p.Key, other.Key) }
		if slices.ContainsFunc(fields, of) && !slices.ContainsFunc(brought, said) {
			problems = append(problems, p)
		}
	}
	if err := problems.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return l.config, nil
}

// pipeline holds the names of the pipeline's roles to their limit. The program makes none of them, so that a stack without a pipeline may have
// a longer name.
func (l *loader) pipeline() {
	env := l.config.Environment
	l.length(longName{what: "name of the pipeline's role", name: naming.PipelineRole(env, "preview"), most: 64, fields: "environment", value: env})
}

// meets tells whether the path of a problem is a field, in it or around it. The field has <name> for any name.
func meets(field, path string) bool {
	path, _, _ = strings.Cut(path, "[")
	of, at := strings.Split(field, "."), strings.Split(path, ".")
	for i := range min(len(of), len(at)) {
		if of[i] != at[i] && of[i] != "<name>" {
			return false
		}
	}
	return true
}

// brought is the problem of every key that the file does not have, and an environment of Pulumi ESC may: of a field that is a key of its own,
// and of an object with fields.
func (l *loader) brought(fields []string) Problems {
	var problems Problems
	for _, f := range l.fields {
		full := Key(f.Key)
		if len(l.file.Environments) == 0 || slices.Contains(l.file.Keys, full) {
			continue
		}
		fix := "the line in the stack's file, which goes before an environment's"
		switch inner := below(fields, f.Key); {
		case len(inner) > 0:
			fix += fmt.Sprintf(", with what there is of %s; where none has it: %s: {}", strings.Join(inner, ", "), f.Key)
		case !slices.Contains(fields, f.Key):
			continue
		case !f.Required:
			fix += fmt.Sprintf("; where none has it: %s: %q", f.Key, schema.Show(f.Value()))
		}
		problems = append(problems, Problem{
			Key: full, Fix: fix,
			Rule: "in the stack's file itself, which names environments of Pulumi ESC (" + strings.Join(l.file.Environments, ", ") +
				"): they are opened by pulumi alone, and this is read before pulumi can run",
		})
	}
	return problems
}

// below is the last names of the fields that are in an object.
func below(fields []string, object string) []string {
	var names []string
	for _, field := range fields {
		if strings.HasPrefix(field, object+".") {
			names = append(names, field[strings.LastIndex(field, ".")+1:])
		}
	}
	return names
}
