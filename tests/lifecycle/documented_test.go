package lifecycle

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/repository"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// TestDocumentedSettings runs those `pulumi config` commands of the documentation with the CLI that it might refuse: it takes some values
// for secrets if the key has a word such as secret in its name, unless the command says --plaintext.
func TestDocumentedSettings(t *testing.T) {
	tools.Need(t, tools.Bash)
	t.Parallel()
	root := filepath.Join("..", "..")
	pages, err := repository.Pages()
	require.NoError(t, err)
	suspicious := regexp.MustCompile("(?i)pulumi config set [^`#|&\n]*(?:pass|pwd|secret|token)[^`#|&\n]*")
	var commands []string
	for _, page := range pages {
		text, err := os.ReadFile(filepath.Join(root, page))
		require.NoError(t, err)
		commands = append(commands, suspicious.FindAllString(string(text), -1)...)
	}
	require.NotEmpty(t, commands)

	cli, err := engine.CLI(t.Context(), os.Stderr)
	require.NoError(t, err)
	dir := t.TempDir()
	for _, name := range []string{"Pulumi.yaml", "Pulumi.prod.yaml"} {
		content, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}
	run := func(command string) (string, error) {
		cmd := exec.CommandContext(t.Context(), tools.At(t, tools.Bash), "-c", command)
		cmd.Dir = dir
		cmd.Env = []string{"PATH=" + filepath.Dir(cli.Path) + ":" + os.Getenv("PATH"), "HOME=" + dir, "PULUMI_HOME=" + filepath.Join(dir, "home"),
			"PULUMI_BACKEND_URL=file://" + dir, "PULUMI_CONFIG_PASSPHRASE=simulated", "PULUMI_SKIP_UPDATE_CHECK=true"}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := run("pulumi stack init prod")
	require.NoError(t, err, out)
	for _, command := range commands {
		out, err := run(command)
		assert.NoError(t, err, "%s\n%s", command, out)
	}
}
