package instanceclass

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"strconv"
	"strings"
)

// Evaluate is the value of a parameter on a class: a number, or a formula as RDS takes it, such as
// LEAST({DBInstanceClassMemory/9531392},5000). log is the logarithm to the base 2.
func Evaluate(value string, class Class) (float64, error) {
	// With parentheses for braces, a formula is an expression that Go's own parser reads.
	expression, err := parser.ParseExpr(strings.NewReplacer("{", "(", "}", ")").Replace(strings.TrimSpace(value)))
	if err != nil {
		return 0, fmt.Errorf("%q is neither a number nor a formula", value)
	}
	n, err := node(expression, map[string]float64{
		"DBInstanceClassMemory": class.MemoryGiB * (1 << 30),
		"DBInstanceVCPU":        float64(class.VCPU),
	})
	if err != nil {
		return 0, err
	}
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return 0, fmt.Errorf("%q is no number", value)
	}
	return math.Floor(n), nil
}

func node(e ast.Expr, variables map[string]float64) (float64, error) {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return node(e.X, variables)
	case *ast.BasicLit:
		n, err := strconv.ParseFloat(e.Value, 64)
		if err != nil {
			return 0, fmt.Errorf("%q is no number", e.Value)
		}
		return n, nil
	case *ast.Ident:
		n, ok := variables[e.Name]
		if !ok {
			return 0, fmt.Errorf("%s is no variable of a formula; there are DBInstanceClassMemory and DBInstanceVCPU", e.Name)
		}
		return n, nil
	case *ast.UnaryExpr:
		n, err := node(e.X, variables)
		if e.Op != token.SUB {
			return 0, fmt.Errorf("%s is no operator of a formula", e.Op)
		}
		return -n, err
	case *ast.BinaryExpr:
		return binary(e, variables)
	case *ast.CallExpr:
		return call(e, variables)
	}
	return 0, fmt.Errorf("a formula has numbers, variables, * and /, LEAST, GREATEST and SUM")
}

func binary(e *ast.BinaryExpr, variables map[string]float64) (float64, error) {
	x, err := node(e.X, variables)
	if err != nil {
		return 0, err
	}
	y, err := node(e.Y, variables)
	if err != nil {
		return 0, err
	}
	switch e.Op {
	case token.MUL:
		return x * y, nil
	case token.QUO:
		return x / y, nil
	default:
		return 0, fmt.Errorf("%s is no operator of a formula; there are * and /", e.Op)
	}
}

func call(e *ast.CallExpr, variables map[string]float64) (float64, error) {
	name, _ := e.Fun.(*ast.Ident)
	if name == nil || len(e.Args) == 0 {
		return 0, fmt.Errorf("a function of a formula has a name and arguments")
	}
	if name.Name == "log" && len(e.Args) == 1 {
		n, err := node(e.Args[0], variables)
		return math.Log2(n), err
	}
	var result float64
	for i, arg := range e.Args {
		n, err := node(arg, variables)
		if err != nil {
			return 0, err
		}
		switch {
		case name.Name == "LEAST" && i > 0:
			result = min(result, n)
		case name.Name == "GREATEST" && i > 0:
			result = max(result, n)
		case name.Name == "SUM":
			result += n
		case i > 0 || name.Name != "LEAST" && name.Name != "GREATEST":
			return 0, fmt.Errorf("%s is no function of a formula; there are LEAST, GREATEST and SUM", name.Name)
		default:
			result = n
		}
	}
	return result, nil
}
