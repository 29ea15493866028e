package tools

import (
	"os"
	"testing"
)

// Need skips a test if a tool is missing, and says which one. If RequireEnv is set, the test fails instead. A test calls Need first, with
// all its tools.
func Need(t *testing.T, needed ...Tool) {
	t.Helper()
	need(t, needed...)
}

// skipper is the part of testing.T that need calls.
type skipper interface {
	Helper()
	Skip(args ...any)
	Fatal(args ...any)
}

func need(t skipper, needed ...Tool) {
	t.Helper()
	var missing []Installation
	for _, tool := range needed {
		if _, found := Path(tool); !found {
			missing = append(missing, Installation{Tool: tool})
		}
	}
	switch {
	case len(missing) == 0:
	case os.Getenv(RequireEnv) != "":
		t.Fatal(skipped(missing))
	default:
		t.Skip(skipped(missing))
	}
}

// At is the path of a tool that the test has passed to Need.
func At(t *testing.T, tool Tool) string {
	t.Helper()
	path, found := Path(tool)
	if !found {
		t.Fatalf("the test did not say that it needs %s", tool)
	}
	return path
}
