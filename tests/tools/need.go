package tools

import (
	"os"
	"testing"
)

// Need skips a test where one of its tools is missing, and says which. Where RequireEnv is set, it fails instead. A test
// calls it first, with all that it needs.
func Need(t *testing.T, needed ...Tool) {
	t.Helper()
	need(t, needed...)
}

// outcome is what becomes of a test.
type outcome interface {
	Helper()
	Skip(args ...any)
	Fatal(args ...any)
}

func need(t outcome, needed ...Tool) {
	t.Helper()
	var missing []Source
	for _, tool := range needed {
		if _, found := Path(tool); !found {
			missing = append(missing, Source{Tool: tool})
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

// At is where a tool is that the test has said it needs.
func At(t *testing.T, tool Tool) string {
	t.Helper()
	path, found := Path(tool)
	if !found {
		t.Fatalf("the test did not say that it needs %s", tool)
	}
	return path
}
