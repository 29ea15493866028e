package servers

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// identity prints the number of its user and the line of a file, by the shell alone.
const identity = `#!/bin/sh
while read -r name id rest; do [ "$name" != Uid: ] || echo "$id"; done </proc/self/status
read -r line <"$1" || :
echo "$line"
`

// TestAProgramBelowAClosedFolder: a server can run from a checkout in /root, which its user may not read.
func TestAProgramBelowAClosedFolder(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("a capability of Linux")
	}
	closed := filepath.Join(t.TempDir(), "closed")
	require.NoError(t, os.Mkdir(closed, 0o700))
	program := filepath.Join(closed, "program")
	require.NoError(t, os.WriteFile(program, []byte(identity), 0o755))
	beside := filepath.Join(closed, "file")
	require.NoError(t, os.WriteFile(beside, []byte("read"), 0o600))
	assert.False(t, open(program))
	assert.True(t, open("/bin/sh"))
	nobody, err := Nobody()
	require.NoError(t, err)
	cmd := nobody.Command(program, beside)
	cmd.Dir = "/tmp"
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	if os.Getuid() == 0 {
		assert.False(t, strings.HasPrefix(string(out), "0\n"), "it stayed root")
	}
	assert.Contains(t, string(out), "\nread")
}
