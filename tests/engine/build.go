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
	// versionVar is what a release of the CLI has its version in; without it the CLI has none.
	versionVar = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
)

// build compiles the CLI beside the folder into which it belongs and then moves it there in one step, so
// that a build that was interrupted leaves nothing that looks like a CLI.
func build(ctx context.Context, root, version, into string, progress io.Writer) error {
	if _, err := exec.LookPath("go"); err != nil {
		return errors.New("building the Pulumi CLI needs the go command, which is not on the PATH: install Go")
	}
	temp, err := os.MkdirTemp(filepath.Dir(into), "build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)

	// The flags of the environment hold here too, so that this build and the tests' own share a cache.
	// To a folder, the go command gives the file the name that the operating system wants.
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

// buildLog is the output of `go build -v`: a line for each module that is downloaded and each package
// that is compiled, and the compiler's errors.
type buildLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *buildLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// state says in a few words how far the build is.
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
