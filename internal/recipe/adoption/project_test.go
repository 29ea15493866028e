package adoption

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The rehearsal has all of the project, and its own copy of the stack file alone, wherever the project has it.
func TestTheRehearsalHasWhatIsBesideTheStackFile(t *testing.T) {
	for _, file := range []string{"Pulumi.prod.yaml", "deploy/Pulumi.prod.yaml", "deploy/stacks/live/Pulumi.prod.yaml"} {
		t.Run(file, func(t *testing.T) {
			t.Chdir(t.TempDir())
			copied := t.TempDir()
			beside := []string{"main.go", "deploy/values.yaml", "deploy/stacks/common.yaml", "deploy/stacks/live/ca.pem", "deploy/stacks/dev/x.yaml"}
			for _, name := range append(beside, file, ".git/config") {
				require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o700))
				require.NoError(t, os.WriteFile(name, []byte(name), 0o600))
			}
			require.NoError(t, os.MkdirAll(filepath.Join(copied, filepath.Dir(file)), 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(copied, file), []byte("copy"), 0o600))
			require.NoError(t, linkBeside(copied, file))
			for _, name := range beside {
				text, err := os.ReadFile(filepath.Join(copied, name))
				require.NoError(t, err)
				assert.Equal(t, name, string(text))
			}
			text, err := os.ReadFile(filepath.Join(copied, file))
			require.NoError(t, err)
			assert.Equal(t, "copy", string(text))
			assert.NoFileExists(t, filepath.Join(copied, ".git/config"))
		})
	}
}
