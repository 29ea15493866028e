package config_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// contradiction is one place in the source that reports one: what its key and its rule look like, as
// regular expressions.
type contradiction struct{ at, key, rule string }

// contradictions is every problem that the package itself reports, in whatever file, so that one that is added without a wrong file
// to show it does not go unseen: what conflict and add are given, and each name with a limit.
func contradictions(t *testing.T) []contradiction {
	t.Helper()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	more, err := filepath.Glob("template/*.go")
	require.NoError(t, err)
	files = append(append(files, "../instanceclass/memory.go"), more...)
	var found []contradiction
	unread := map[string]int{}
	set := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || name == "part.go" { // what no run of the program says: TestPartRefuses
			continue
		}
		file, err := parser.ParseFile(set, name, nil, 0)
		require.NoError(t, err)
		for _, declaration := range file.Decls {
			s := scope{}
			ast.Inspect(declaration, func(n ast.Node) bool {
				s.declare(n)
				literal, ok := n.(*ast.CompositeLit)
				if !ok {
					return true
				}
				c := contradiction{at: set.Position(n.Pos()).String()}
				switch nameOf(literal.Type) {
				case "Problem":
					c.key, c.rule = s.pattern(value(literal, "Key")), s.pattern(value(literal, "Rule"))
				case "longName":
					c.key, c.rule = "(environment|app.name|additionalApps.*)", "the "+s.pattern(value(literal, "what"))+", .*"
				case "Unfit":
					c.key, c.rule = `database\.parameters.*`, s.pattern(value(literal, "Rule"))
				default:
					return true
				}
				if c.rule == ".*" {
					unread[filepath.Base(name)]++
					return true
				}
				found = append(found, c)
				return true
			})
		}
	}
	assert.Equal(t, ruledElsewhere(), unread, "the rule of a Problem is given by something that this test does not read: write it where the Problem is")
	return found
}

// ruledElsewhere counts by file the Problems whose rule is not where they are made. For these, and for these alone, it was looked whether
// wrong files have them.
func ruledElsewhere() map[string]int {
	return map[string]int{
		"check.go":   1, // of a placeholder: a parameter
		"entries.go": 1, // of a property that the stack does not have: by what it lacks
		"memory.go":  1, // of parameters: those of instanceclass, which are read there
		// Of parameters: what the catalogue says of them. Package parameters has tests of its own.
		"parameters.go": 1,
	}
}

// nameOf is the name of a type, without its package.
func nameOf(of ast.Expr) string {
	switch of := of.(type) {
	case *ast.Ident:
		return of.Name
	case *ast.SelectorExpr:
		return of.Sel.Name
	default:
		return ""
	}
}

// value is what a literal of a struct has in a field; nil: nothing.
func value(literal *ast.CompositeLit, field string) ast.Expr {
	for _, element := range literal.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			if name, ok := pair.Key.(*ast.Ident); ok && name.Name == field {
				return pair.Value
			}
		}
	}
	return nil
}

// scope is the names that a function gives to expressions, as far as it has been read.
type scope map[string]ast.Expr

func (s scope) declare(n ast.Node) {
	switch n := n.(type) {
	case *ast.ValueSpec:
		for i, value := range n.Values {
			s[n.Names[i].Name] = value
		}
	case *ast.AssignStmt:
		if len(n.Lhs) != len(n.Rhs) {
			return
		}
		for i, left := range n.Lhs {
			if name, ok := left.(*ast.Ident); ok {
				s[name.Name] = n.Rhs[i]
			}
		}
	}
}

var verb = regexp.MustCompile(`%(\\\.\d)?[a-z]`)

// pattern is a regular expression for the texts that an expression can be.
func (s scope) pattern(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if err != nil {
			return ".*"
		}
		return regexp.QuoteMeta(text)
	case *ast.Ident:
		if named, ok := s[e.Name]; ok {
			return s.pattern(named)
		}
	case *ast.BinaryExpr:
		return s.pattern(e.X) + s.pattern(e.Y)
	case *ast.CallExpr:
		if method, ok := e.Fun.(*ast.SelectorExpr); ok && method.Sel.Name == "Sprintf" {
			return verb.ReplaceAllString(strings.ReplaceAll(s.pattern(e.Args[0]), "%%", "%"), ".*")
		}
	}
	return ".*"
}
