package live

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// Label names the resource of an operation: type::name.
func Label(op simcloud.Operation) string { return op.Type + "::" + op.Name }

// KillAtCreate runs an up, and kills the CLI while the cloud creates a resource that matches, once the state knows of the creation: the CLI
// writes it behind, and real clouds take seconds. It returns the label of the resource. The cloud still completes the creation.
func (l *Stack) KillAtCreate(matches func(simcloud.Operation) bool) (string, *engine.Result, error) {
	l.T.Helper()
	if runtime.GOOS != "linux" {
		l.T.Skip("finds the process of the CLI in /proc")
	}
	var at string
	l.SaveEveryStep()
	l.Cloud.Fail(func(op simcloud.Operation) error {
		if at == "" && op.Op == "create" && matches(op) {
			at = Label(op)
			assert.Eventually(l.T, func() bool { return l.creating(at) }, 20*time.Second, 10*time.Millisecond, at)
			return l.killCLI()
		}
		return nil
	})
	result, err := l.Up(l.T.Context(), optup.Parallel(1))
	l.Cloud.Fail(nil)
	return at, result, err
}

// creating tells whether the state knows that a creation has begun.
func (l *Stack) creating(label string) bool {
	text, err := l.Export(l.T.Context())
	var state struct {
		Deployment struct {
			Pending []struct{ Resource Resource } `json:"pending_operations"`
		}
	}
	if err != nil || json.Unmarshal([]byte(text), &state) != nil {
		return false // it is being written
	}
	return slices.ContainsFunc(state.Deployment.Pending, func(op struct{ Resource Resource }) bool {
		return recorder.ShortURN(op.Resource.URN) == label
	})
}

// killCLI kills the Pulumi CLI that runs on this stack. It finds it by the backend URL in its environment.
func (l *Stack) killCLI() error {
	backend := "file://" + filepath.Join(l.Folder(), "state")
	processes, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		return err
	}
	for _, path := range processes {
		environ, err := os.ReadFile(path)
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err == nil && pid != os.Getpid() && bytes.Contains(environ, []byte("PULUMI_BACKEND_URL="+backend)) {
			process, err := os.FindProcess(pid)
			if err != nil {
				return err
			}
			return process.Kill()
		}
	}
	return fmt.Errorf("no process uses %s", backend)
}
