package config

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// contradiction is one place in the source that reports one: what its key and its rule look like, as
// regular expressions.
type contradiction struct{ at, key, rule string }

// contradictionsOf is every call of conflict and length in some files, so that one that is added without a wrong
// file to show it does not go unseen.
func contradictionsOf(t *testing.T, files ...string) []contradiction {
	t.Helper()
	var found []contradiction
	set := token.NewFileSet()
	for _, name := range files {
		file, err := parser.ParseFile(set, name, nil, 0)
		require.NoError(t, err)
		for _, declaration := range file.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if !ok {
				continue
			}
			s := scope{}
			ast.Inspect(function, func(n ast.Node) bool {
				s.declare(n)
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				method, ok := call.Fun.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				at := set.Position(call.Pos()).String()
				switch method.Sel.Name {
				case "conflict": // value, rule, fix, fields...
					found = append(found, contradiction{at, s.pattern(call.Args[3]), s.pattern(call.Args[1])})
				case "length": // what, name, limit, fields, value
					found = append(found, contradiction{at, "(environment|app.name)", "the " + s.pattern(call.Args[0]) + ", .*"})
				}
				return true
			})
		}
	}
	return found
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

var verb = regexp.MustCompile(`%[a-z]`)

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
