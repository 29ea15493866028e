// Package build compiles Go modules of this repository that tests run as processes, once, into bin/.
package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Go says what is compiled.
type Go struct {
	Name    string   // for people, such as "the Pulumi CLI v3.259.0"
	Module  string   // folder of the module
	Package string   // main package
	Linked  []string // variables that are set at link time, as name=value
	Modfile string   // instead of the module's go.mod, with a go.sum beside it; "": none
	Output  string   // file or, with a separator at its end, folder of the executable
}

// Build compiles it. The flags of the environment apply, so that the build shares a cache with the tests.
func (g Go) Build(ctx context.Context, progress io.Writer) error {
	if _, err := exec.LookPath("go"); err != nil {
		return fmt.Errorf("building %s needs the go command, which is not on the PATH: install Go", g.Name)
	}
	linked := "-s -w"
	for _, variable := range g.Linked {
		linked += " -X " + variable
	}
	args := []string{"build", "-C", g.Module, "-v", "-ldflags", linked, "-o", g.Output}
	if g.Modfile != "" {
		args = append(args, "-modfile", g.Modfile)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, g.Package)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	output := &buildLog{}
	cmd.Stdout, cmd.Stderr = output, output

	fmt.Fprintf(progress, "building %s from its module, once (several minutes on a small machine) …\n", g.Name)
	start := time.Now()
	done := make(chan struct{})
	var reporting sync.WaitGroup
	reporting.Go(func() { report(progress, output, start, done) })
	err := cmd.Run()
	close(done)
	reporting.Wait()
	if err != nil {
		return fmt.Errorf("building %s: %w\n%s", g.Name, err, output.tail(40))
	}
	fmt.Fprintf(progress, "built %s in %s\n", g.Name, time.Since(start).Round(time.Second))
	return nil
}

// Replace moves a folder to where another one may be, in one step as far as that is possible.
func Replace(from, to string) error {
	return errors.Join(os.RemoveAll(to), os.Rename(from, to))
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
