package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/mosaic-stories/mosaic-database/tests/repository"
)

const (
	module = "github.com/mosaic-stories/mosaic-database"
	empty  = module + "/tests/measure/empty"
	// threshold is the least CPU time of a package in the table.
	threshold = 500 * time.Millisecond
)

// compile is the go command that Go's language plugin runs for a Pulumi program.
func compile(ctx context.Context, root, target, pkg string, flags ...string) *exec.Cmd {
	args := append([]string{"build", "-C", root, "-buildvcs=false", "-trimpath", "-ldflags", "-w -s", "-o", target}, flags...)
	return exec.CommandContext(ctx, "go", append(args, pkg)...)
}

// action is a step of the go command, from its -debug-actiongraph.
type action struct {
	Mode, Package   string
	CmdUser, CmdSys time.Duration // nanoseconds
}

func (a action) cpu() time.Duration { return a.CmdUser + a.CmdSys }

// built is the cost of a build, and its steps.
type built struct {
	cost
	largest int64 // resident memory of the largest process, bytes
	actions []action
}

// sum is the CPU time of the steps in a mode: build or link.
func (b built) sum(mode string) (total time.Duration) {
	for _, a := range b.actions {
		if a.Mode == mode {
			total += a.cpu()
		}
	}
	return total
}

// cache is a build cache that starts empty.
type cache struct{ root, dir string }

// build builds a package with what the cache has from earlier builds.
func (c cache) build(ctx context.Context, pkg string) (built, error) {
	graph := filepath.Join(c.dir, "graph.json")
	cmd := compile(ctx, c.root, filepath.Join(c.dir, "program"), pkg, "-debug-actiongraph", graph)
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOCACHE="+filepath.Join(c.dir, "cache"))
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		return built{}, fmt.Errorf("%s: %w\n%s", pkg, err, out)
	}
	b := built{cost: cost{cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), wall: time.Since(start)}}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		b.largest = usage.Maxrss * 1024
	}
	content, err := os.ReadFile(graph)
	if err != nil {
		return b, err
	}
	return b, json.Unmarshal(content, &b.actions)
}

// build measures first the empty program, and then this one with the cache of the first. So what both need is compiled and measured
// once.
func build(ctx context.Context, others []string) error {
	root, err := repository.Root()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "measure-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c := cache{root, dir}
	fmt.Println("| from an empty build cache | CPU | wall | largest process |\n| --- | --- | --- | --- |")
	first, err := c.build(ctx, empty)
	if err != nil {
		return err
	}
	fmt.Printf("| empty program | %s | %.1f GB |\n", first.cost, float64(first.largest)/1e9)
	rest, err := c.build(ctx, module)
	if err != nil {
		return err
	}
	whole := cost{cpu: first.cpu - first.sum("link") + rest.cpu, wall: first.wall - first.sum("link") + rest.wall}
	fmt.Printf("| this program | %s | %.1f GB |\n", whole, float64(max(first.largest, rest.largest))/1e9)
	fmt.Printf("| times | %s | |\n\n", whole.times(first.cost))

	fmt.Println("| this program, beyond what the empty one needs | CPU |\n| --- | --- |")
	table(rest)
	for _, pkg := range others {
		more, err := c.build(ctx, pkg)
		if err != nil {
			return err
		}
		fmt.Printf("\n| %s, which it does not import: largest process %.1f GB | CPU |\n| --- | --- |\n", pkg, float64(more.largest)/1e9)
		table(more)
	}
	return nil
}

// table lists the steps, longest first.
func table(b built) {
	slices.SortFunc(b.actions, func(x, y action) int { return cmp.Compare(y.cpu(), x.cpu()) })
	var less time.Duration
	for _, a := range b.actions {
		switch {
		case a.cpu() >= threshold && a.Mode == "link":
			fmt.Printf("| linking | %.1f s |\n", a.cpu().Seconds())
		case a.cpu() >= threshold:
			fmt.Printf("| %s | %.1f s |\n", strings.TrimPrefix(a.Package, "github.com/pulumi/"), a.cpu().Seconds())
		default:
			less += a.cpu()
		}
	}
	fmt.Printf("| all others | %.1f s |\n", less.Seconds())
}
