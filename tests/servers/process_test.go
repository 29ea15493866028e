package servers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// starterEnv names a folder. With it, the test below is the process that starts a server there, and ends without stopping it.
const starterEnv = "TEST_STARTS_A_SERVER_IN"

// TestAServerEndsWithItsProcess: so does one of a test that panics, or runs out of time.
func TestAServerEndsWithItsProcess(t *testing.T) {
	if dir := os.Getenv(starterEnv); dir != "" {
		server := exec.Command("sleep", "60")
		_, err := Start(server, filepath.Join(dir, "log"))
		require.NoError(t, err)
		fmt.Printf("pid %d\n", server.Process.Pid)
		runtime.GC()
		time.Sleep(100 * time.Millisecond)
		require.NoError(t, server.Process.Signal(syscall.Signal(0)), "it runs until then")
		os.Exit(0)
	}
	tools.Commands(t, "sleep")
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells a process that its parent has ended")
	}
	t.Parallel()
	starter := exec.Command(os.Args[0], "-test.run=^TestAServerEndsWithItsProcess$")
	starter.Env = append(os.Environ(), starterEnv+"="+t.TempDir())
	out, err := starter.Output()
	require.NoError(t, err, string(out))
	pid, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(string(out), "pid ")))
	require.NoError(t, err)
	assert.Eventually(t, func() bool {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		return err != nil || strings.Contains(string(stat), ") Z ") // a container's first process may not wait for it
	}, 10*time.Second, 20*time.Millisecond)
}

// TestStop: a server that has ended by itself is stopped, and one that does not start is an error.
func TestStop(t *testing.T) {
	tools.Commands(t, "true")
	t.Parallel()
	p, err := Start(exec.Command("true"), filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)
	<-p.Ended()
	require.NoError(t, p.Stop())
	p, err = Start(exec.Command(filepath.Join(t.TempDir(), "missing")), filepath.Join(t.TempDir(), "log"))
	require.Error(t, err)
	assert.Nil(t, p)
}
