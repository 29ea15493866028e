package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/repository"
)

// subject is a stack that is deployed in a simulated cloud, and its program.
type subject struct {
	*engine.Environment
	language *language
	dir      string
	close    []func()
}

// up deploys the stack prod with a program in a temporary folder. pkg is the package of the same program.
func up(ctx context.Context, pkg string, program pulumi.RunFunc, overrides ...engine.Override) (_ *subject, err error) {
	root, err := repository.Root()
	if err != nil {
		return nil, err
	}
	s := &subject{}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if s.dir, err = os.MkdirTemp("", "measure-"); err != nil {
		return nil, err
	}
	s.close = append(s.close, func() { _ = os.RemoveAll(s.dir) })
	s.Environment, err = engine.New(ctx, engine.Options{
		Dir: s.dir, Project: root, Stack: "prod", Program: program, Overrides: overrides, Stderr: os.Stderr,
	})
	if err != nil {
		return nil, err
	}
	s.close = append(s.close, s.Environment.Close)
	s.language = &language{root: root, pkg: pkg, target: filepath.Join(s.dir, "program")}
	_, err = s.Up(ctx)
	return s, err
}

// Close releases what up opened, in reverse order.
func (s *subject) Close() {
	for i := len(s.close) - 1; i >= 0; i-- {
		s.close[i]()
	}
}

// preview measures `pulumi preview` on the stack, which compiles and runs the program. It fails if the preview shows a change.
func (s *subject) preview(ctx context.Context) (cost, error) {
	cli, err := engine.CLI(ctx, os.Stderr)
	if err != nil {
		return cost{}, err
	}
	languages, err := engine.ServeLanguage(s.language.run)
	if err != nil {
		return cost{}, err
	}
	defer languages.Close()
	// A home folder of its own, in which the CLI writes its log as usual.
	env := append(s.Environ(), "PULUMI_HOME="+filepath.Join(s.dir, "own-home"), "PULUMI_DEBUG_LANGUAGES="+languages.Env())
	return costOf(func() error {
		out, errs, _, err := cli.Run(ctx, s.WorkDir(), nil, nil, nil, env,
			"preview", "--stack", "prod", "--non-interactive", "--expect-no-changes", "--suppress-outputs")
		if err != nil {
			return fmt.Errorf("pulumi preview: %w\n%s%s", err, out, errs)
		}
		return nil
	})
}

// change adds a variable to a Go file of the program, so that the next build has to compile it.
func (s *subject) change(file string, n int) error {
	path := filepath.Join(s.language.root, filepath.FromSlash(file))
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	changed := filepath.Join(s.dir, "changed.go")
	content = append(content, fmt.Sprintf("\nvar changed = %q\n\nfunc init() { changed += %q }\n", s.dir, strconv.Itoa(n))...)
	if err := os.WriteFile(changed, content, 0o600); err != nil {
		return err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {path: changed}})
	if err != nil {
		return err
	}
	name := filepath.Join(s.dir, "overlay.json")
	s.language.flags = []string{"-overlay", name}
	return os.WriteFile(name, overlay, 0o600)
}

// preview measures both programs alternately, after one preview that does not count.
func preview(ctx context.Context, runs int) error {
	none, err := up(ctx, empty, func(*pulumi.Context) error { return nil })
	if err != nil {
		return err
	}
	defer none.Close()
	this, err := up(ctx, module, stack.Deploy)
	if err != nil {
		return err
	}
	defer this.Close()
	fmt.Println("| preview | CPU | wall |\n| --- | --- | --- |")
	for _, part := range []struct {
		name       string
		none, this string // file that changes; "": none
	}{
		{"nothing changed", "", ""},
		{"main.go changed", "tests/measure/empty/main.go", "main.go"},
		{"internal/config/config.go changed, of the empty program main.go", "tests/measure/empty/main.go", "internal/config/config.go"},
	} {
		measured := map[*subject][]cost{}
		for n := range runs + 1 {
			for s, file := range map[*subject]string{none: part.none, this: part.this} {
				if file != "" {
					if err := s.change(file, n); err != nil {
						return err
					}
				}
				cost, err := s.preview(ctx)
				if err != nil {
					return err
				}
				if n > 0 {
					measured[s] = append(measured[s], cost)
				}
			}
		}
		of, to := median(measured[this]), median(measured[none])
		least, most := span(measured[this], measured[none])
		fmt.Printf("| %s: empty program | %s |\n| this program | %s |\n| times | %s |\n| times, from run to run | %s | |\n", part.name, to, of, of.times(to), least+" to "+most)
	}
	return nil
}

// growth measures previews without changes, for larger and larger stacks.
func growth(ctx context.Context, runs int) error {
	fmt.Println("| replicas | applications | resources | CPU | wall |\n| --- | --- | --- | --- | --- |")
	for _, size := range []struct{ replicas, apps int }{{0, 1}, {5, 1}, {15, 1}, {0, 5}, {0, 10}} {
		overrides := []engine.Override{{Path: "database.readReplicas", Value: strconv.Itoa(size.replicas)}}
		for n := 2; n <= size.apps; n++ {
			overrides = append(overrides, engine.Override{Path: fmt.Sprintf("additionalApps.app-%d.deletionProtection", n), Value: "true"})
		}
		s, err := up(ctx, module, stack.Deploy, overrides...)
		if err != nil {
			return err
		}
		var all []cost
		for n := range runs + 1 {
			cost, err := s.preview(ctx)
			if err != nil {
				s.Close()
				return err
			}
			if n > 0 {
				all = append(all, cost)
			}
		}
		state, err := s.Export(ctx)
		s.Close()
		if err != nil {
			return err
		}
		fmt.Printf("| %d | %d | %d | %s |\n", size.replicas, size.apps, strings.Count(state, `"urn": `), median(all))
	}
	return nil
}
