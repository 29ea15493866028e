package tools

import (
	"os"
	"os/exec"
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
	if len(missing) > 0 {
		without(t, skipped(missing))
	}
}

// Commands skips a test if commands of every Unix are missing, as on a PATH with Go and a shell alone. If RequireEnv is set, it fails.
func Commands(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			without(t, "needs "+name)
		}
	}
}

// without ends a test that cannot run, for a reason.
func without(t skipper, why string) {
	t.Helper()
	if os.Getenv(RequireEnv) != "" {
		t.Fatal(why)
	} else {
		t.Skip(why)
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
