package tests

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/stretchr/testify/require"
)

// root is the folder of Pulumi.yaml.
const root = ".."

// stackNames are the stacks whose files are committed.
func stackNames(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "Pulumi.*.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	names := make([]string, 0, len(files))
	for _, file := range files {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "Pulumi."), ".yaml"))
	}
	return names
}

// stackFile reads the configuration of a committed stack file as the engine hands it to the program:
// strings as they are, everything else as JSON.
func stackFile(t *testing.T, name string) map[string]string {
	t.Helper()
	project, err := workspace.LoadProject(filepath.Join(root, "Pulumi.yaml"))
	require.NoError(t, err)
	sink := diag.DefaultSink(testWriter{t}, testWriter{t}, diag.FormatOptions{Color: colors.Never})
	file, err := workspace.LoadProjectStack(sink, project, filepath.Join(root, "Pulumi."+name+".yaml"))
	require.NoError(t, err)
	decrypted, err := file.Config.Decrypt(config.NopDecrypter)
	require.NoError(t, err)
	values := map[string]string{}
	for key, value := range decrypted {
		values[key.String()] = value
	}
	require.NotEmpty(t, values)
	return values
}

// testWriter sends what Pulumi says about a file to the test's log.
type testWriter struct{ t *testing.T }

func (w testWriter) Write(line []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(line)))
	return len(line), nil
}
