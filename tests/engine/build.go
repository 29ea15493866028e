package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	cliSource = cliModule + "/cmd/pulumi"
	// versionVar is the variable that a release of the CLI sets to its version at link time.
	versionVar = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
)

// build compiles the CLI in a temporary folder and then moves it into its folder in one step, so that an interrupted build leaves
// nothing that looks like a CLI.
func build(ctx context.Context, root, version, into string, progress io.Writer) error {
	if _, err := exec.LookPath("go"); err != nil {
		return errors.New("building the Pulumi CLI needs the go command, which is not on the PATH: install Go")
	}
	temp, err := os.MkdirTemp(filepath.Dir(into), "build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)

	// The flags of the environment apply here, too, so that this build shares a cache with the tests. The output is a folder, so that
	// the go command chooses the file name for the operating system.
	cmd := exec.CommandContext(ctx, "go", "build", "-C", filepath.Join(root, "tests", "cli"), "-v",
		"-ldflags", fmt.Sprintf("-s -w -X %s=%s", versionVar, version),
		"-o", filepath.Join(temp, "bin")+string(filepath.Separator), cliSource)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	output := &buildLog{}
	cmd.Stdout, cmd.Stderr = output, output

	fmt.Fprintf(progress, "building the Pulumi CLI %s from its module, once "+
		"(several minutes on a small machine) …\n", version)
	start := time.Now()
	done := make(chan struct{})
	var reporting sync.WaitGroup
	reporting.Go(func() { report(progress, output, start, done) })
	err = cmd.Run()
	close(done)
	reporting.Wait()
	if err != nil {
		return fmt.Errorf("building the Pulumi CLI %s: %w\n%s", version, err, output.tail(40))
	}
	fmt.Fprintf(progress, "built the Pulumi CLI %s in %s\n", version, time.Since(start).Round(time.Second))
	if err := os.RemoveAll(into); err != nil {
		return err
	}
	return os.Rename(temp, into)
}

// report writes a line every few seconds until done is closed.
func report(progress io.Writer, output *buildLog, start time.Time, done <-chan struct{}) {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case now := <-tick.C:
			fmt.Fprintf(progress, "  … %s, %s\n", now.Sub(start).Round(time.Second), output.state())
		}
	}
}

// buildLog is the output of `go build -v`: a line for each downloaded module and each compiled package, and the compiler's errors.
type buildLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *buildLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// state describes the progress of the build.
func (l *buildLog) state() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	downloads := bytes.Count(l.text.Bytes(), []byte("go: downloading "))
	packages := bytes.Count(l.text.Bytes(), []byte("\n")) - downloads
	switch {
	case packages > 0:
		return fmt.Sprintf("packages compiled: %d", packages)
	case downloads > 0:
		return fmt.Sprintf("modules downloaded: %d", downloads)
	default:
		return "no package to compile so far"
	}
}

// tail is the last lines of the output.
func (l *buildLog) tail(lines int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := strings.Split(strings.TrimSpace(l.text.String()), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
