package live

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// Label names the resource of an operation: type::name.
func Label(op simcloud.Operation) string { return op.Type + "::" + op.Name }

// KillAtCreate runs an up, and kills the CLI as soon as the cloud creates a resource that matches. It returns the label of the
// resource. The cloud still completes the creation.
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
			return l.killCLI()
		}
		return nil
	})
	result, err := l.Up(l.T.Context(), optup.Parallel(1))
	l.Cloud.Fail(nil)
	return at, result, err
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
