package lifecycle

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	_ "github.com/mosaic-stories/mosaic-database/internal/recipe/adoption" // its tests run again when it changes: they run a binary
	_ "github.com/mosaic-stories/mosaic-database/internal/recipe/recovery" // the same
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/repository"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// desk is a stack, and what a recipe calls: the real Pulumi CLI, and an aws that is a script.
type desk struct {
	*live.Stack
	bin string // the folder of these commands
}

func newDesk(t *testing.T, stack *live.Stack) *desk {
	t.Helper()
	tools.Need(t, tools.Bash)
	d := &desk{Stack: stack, bin: t.TempDir()}
	cli, err := engine.CLI(t.Context(), nil)
	require.NoError(t, err)
	require.NoError(t, os.Symlink(cli.Path, filepath.Join(d.bin, "pulumi")))
	return d
}

// program is the program of the recipes, which is built once.
var program = sync.OnceValues(func() (string, error) { return repository.BuildRecipe(live.Shared()) })

// script makes a command of a shell script.
func (d *desk) script(name, shell string) {
	d.T.Helper()
	file := filepath.Join(d.bin, name)
	require.NoError(d.T, os.RemoveAll(file))
	require.NoError(d.T, os.WriteFile(file, []byte("#!/usr/bin/env bash\n"+shell), 0o700))
}

// killing makes the pulumi kill the recipe the first time that it is called with some words: before it does what it is asked, or after. A
// rehearsal goes on.
func (d *desk) killing(word, when string) {
	d.T.Helper()
	cli, err := engine.CLI(d.T.Context(), nil)
	require.NoError(d.T, err)
	kill := `if [[ " $* " == *" ` + word + ` "* && $PWD != */rehearsal/* && ! -e $0.killed ]]; then touch "$0.killed"; kill -9 $PPID; exit 1; fi` + "\n"
	call := `"` + cli.Path + `" "$@" || exit` + "\n"
	if when == "before" {
		d.script("pulumi", kill+call)
	} else {
		d.script("pulumi", call+kill)
	}
}

// recipe runs a recipe on the stack with an answer to its question, and returns what it says and whether it ended well.
func (d *desk) recipe(stack, name, answer string, options ...string) (string, error) {
	d.T.Helper()
	binary, err := program()
	require.NoError(d.T, err)
	cmd := exec.Command(binary, append([]string{name, stack}, options...)...)
	cmd.Dir, cmd.Stdin = d.WorkDir(), strings.NewReader(answer+"\n")
	cmd.Env = append(append(os.Environ(), d.Environ()...), "RECIPE=db-"+name, "TMPDIR="+d.T.TempDir(), "PATH="+d.bin+":"+os.Getenv("PATH"))
	said, err := cmd.CombinedOutput()
	return string(said), err
}
