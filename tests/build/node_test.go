package build_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/repository"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// TestTheNodeOfTheCluster runs the tests of the cluster's node, which is in a module of its own. It compiles with the cluster's flags, so that
// most of it has been compiled before.
func TestTheNodeOfTheCluster(t *testing.T) {
	tools.Need(t, tools.Cluster)
	tools.Commands(t, "sh", "test", "sleep")
	root, err := repository.Root()
	require.NoError(t, err)
	cmd := exec.Command("go", "test", "./node")
	cmd.Dir, cmd.Env = filepath.Join(root, "tests", "cluster"), append(os.Environ(), "GOFLAGS=-trimpath")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}
