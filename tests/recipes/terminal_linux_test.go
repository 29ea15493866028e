package recipes

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// listening waits until a program reads single keys. Before that, the terminal would handle keys such as Ctrl-C itself.
func listening(t *testing.T, terminal *os.File) {
	t.Helper()
	require.Eventually(t, func() bool {
		mode, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
		return err == nil && mode.Lflag&unix.ICANON == 0
	}, time.Minute, 5*time.Millisecond, "nobody reads keys")
}

// onTerminal runs a recipe on a terminal, where a user answers a question.
func (b *bench) onTerminal(question string, answer func() string, args ...string) (r ran, shown string) {
	b.t.Helper()
	person, program, err := pty.Open()
	require.NoError(b.t, err)
	b.t.Cleanup(func() { _ = person.Close() })
	require.NoError(b.t, pty.Setsize(person, &pty.Winsize{Rows: 40, Cols: 120}))
	cmd := b.command(args...)
	var screen bytes.Buffer
	r = b.finish(cmd, func() error {
		cmd.Stdin, cmd.Stdout = program, program
		err := cmd.Start()
		require.NoError(b.t, program.Close())
		require.NoError(b.t, err)
		hung := time.AfterFunc(3*time.Minute, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
		defer hung.Stop()
		piece, answered := make([]byte, 4096), false
		for {
			n, err := person.Read(piece)
			screen.Write(piece[:n])
			if err != nil {
				return cmd.Wait() // the other end of the terminal is closed
			}
			if !answered && strings.Contains(screen.String(), question) {
				answered = true
				listening(b.t, person)
				_, err := person.WriteString(answer())
				require.NoError(b.t, err)
			}
		}
	})
	return r, screen.String()
}

// The question of a change is that of the CLI, between its preview and its update, during which the state is locked. The stack file stays
// changed only if the update began.
func TestChangeOnATerminal(t *testing.T) {
	need(t)
	t.Parallel()
	state := deployed(t)
	b := newBench(t, state)
	env, err := engine.New(t.Context(), engine.Options{Dir: state, Project: b.project, Stack: "prod", Program: stack.Deploy})
	require.NoError(t, err)
	defer env.Close()
	b.env = append(append(b.env, env.Environ()...), "TERM=xterm")
	file := filepath.Join(b.project, "Pulumi.prod.yaml")
	before, err := os.ReadFile(file)
	require.NoError(t, err)
	locks := filepath.Join(state, "state", ".pulumi", "locks", "organization", "mosaic-database", "prod", "*.json")

	for _, test := range []struct {
		name, answer, want string
		fault              func(simcloud.Operation) error
		changed            bool
	}{
		{name: "no", answer: "\r", want: "Pulumi.prod.yaml is as it was; nothing was changed"}, // "no" is the default
		{name: "Ctrl-C", answer: "\x03", want: "Pulumi.prod.yaml is as it was; nothing was changed"},
		{name: "halfway", answer: "yes\r", changed: true, want: "Pulumi.prod.yaml is changed: commit it", fault: func(op simcloud.Operation) error {
			if op.Type == "kubernetes:batch/v1:Job" && op.Op == "create" {
				return fmt.Errorf("the cluster is full")
			}
			return nil
		}},
		{name: "yes", answer: "yes\r", changed: true, want: "Pulumi.prod.yaml is changed: commit it"},
	} {
		t.Log(test.name)
		if b.count > 0 {
			b.again()
		}
		require.NoError(t, os.WriteFile(file, before, 0o600))
		env.Cloud.Fail(test.fault)
		b.expect(outputs, account, setting("migrations.attempt"), raising("migrations.attempt", "2"), change.do(realPulumi))
		r, shown := b.onTerminal("perform this update?", func() string {
			held, err := filepath.Glob(locks)
			require.NoError(t, err)
			assert.Len(t, held, 1, "somebody else may change the stack before the answer")
			return test.answer
		}, "db-migrate", "prod")
		assert.Equal(t, test.name == "yes", r.code == 0, r.stderr)
		assert.Contains(t, r.stderr, test.want, shown)
		assert.Contains(t, shown, "core-api-migration-")
		after, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, test.changed, strings.Contains(string(after), "attempt: 2"))
	}
}
