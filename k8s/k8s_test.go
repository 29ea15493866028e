package k8s

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func migration() *Migration {
	return &Migration{
		Image: "core-api:1", Command: []string{"alembic", "upgrade", "head"}, Database: "db/mosaic",
		Attempt: 1, DeadlineSeconds: 600, BackoffLimit: 2, CPU: "500m", Memory: "256Mi",
		DatabaseCidrs: []string{"10.0.0.0/20"}, DatabasePort: 5432, LockTimeoutSeconds: 10, StatementTimeoutSeconds: 600,
	}
}

// What changes the schema is another revision; what does not is the same, and so does not run again.
func TestRevision(t *testing.T) {
	base := migration().Revision()
	assert.Regexp(t, `^[0-9a-f]{10}$`, base)
	assert.Equal(t, base, migration().Revision())
	for name, change := range map[string]func(*Migration){
		"image":              func(m *Migration) { m.Image = "core-api:2" },
		"command":            func(m *Migration) { m.Command = []string{"alembic", "upgrade", "head", "--sql"} },
		"argument boundary":  func(m *Migration) { m.Command = []string{"alembic upgrade", "head"} },
		"database":           func(m *Migration) { m.Database = "db-2/mosaic" },
		"attempt":            func(m *Migration) { m.Attempt = 2 },
		"value of neighbour": func(m *Migration) { m.Image, m.Database = "core-api:1db/mosaic", "" },
	} {
		changed := migration()
		change(changed)
		assert.NotEqual(t, base, changed.Revision(), name)
	}
	for name, change := range map[string]func(*Migration){
		"deadline": func(m *Migration) { m.DeadlineSeconds = 60 },
		"retries":  func(m *Migration) { m.BackoffLimit = 0 },
		"memory":   func(m *Migration) { m.Memory = "1Gi" },
	} {
		changed := migration()
		change(changed)
		assert.Equal(t, base, changed.Revision(), name)
	}
}

// An upgrade by Alembic tells where it starts and where it ends; its own options go with every call.
func TestProgram(t *testing.T) {
	m := migration()
	assert.Equal(t, []string{"/bin/sh", "-ec", `echo 'current revision:'
'alembic' current
echo 'newest revision:'
'alembic' heads
'alembic' 'upgrade' 'head'
echo 'current revision:'
'alembic' current`}, m.program())
	m.Command = []string{"alembic", "-c", "it's here.ini", "upgrade", "head"}
	script := m.program()[2]
	assert.Contains(t, script, `'alembic' '-c' 'it'\''s here.ini' heads`)
	assert.Contains(t, script, `'alembic' '-c' 'it'\''s here.ini' 'upgrade' 'head'`)
	for _, command := range [][]string{{"alembic", "downgrade", "-1"}, {"python", "-m", "alembic", "upgrade", "head"}, {"upgrade"}} {
		m.Command = command
		assert.Equal(t, command, m.program(), "runs as it is")
	}
}

// The script is run by a shell, with a stand-in for Alembic.
func TestTheScriptRuns(t *testing.T) {
	bin := t.TempDir()
	write := func(body string) {
		require.NoError(t, os.WriteFile(filepath.Join(bin, "alembic"), []byte("#!/bin/sh\n"+body), 0o755))
	}
	run := func(command ...string) (string, error) {
		m := migration()
		m.Command = command
		program := m.program()
		cmd := exec.Command(program[0], program[1:]...)
		cmd.Env = []string{"PATH=" + bin + ":" + os.Getenv("PATH")}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	write(`for word in "$@"; do echo "<$word>"; done`)
	out, err := run("alembic", "-x", "it's a $HOME", "upgrade", "head")
	require.NoError(t, err)
	one := "<-x>\n<it's a $HOME>\n"
	assert.Equal(t, "current revision:\n"+one+"<current>\nnewest revision:\n"+one+"<heads>\n"+one+"<upgrade>\n<head>\ncurrent revision:\n"+one+"<current>\n", out)

	write(`[ "$1" != upgrade ] || { echo "can't locate revision"; exit 3; }`)
	out, err = run("alembic", "upgrade", "head")
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	assert.Equal(t, 3, exit.ExitCode(), "how the upgrade ends is how the container ends")
	assert.True(t, strings.HasSuffix(out, "can't locate revision\n"), "%s", out)
}

func TestTheProviderOutwaitsTheJob(t *testing.T) {
	assert.Equal(t, "12m0s", migration().job("core-api").timeout())
}

func TestCheckNamesEveryProblem(t *testing.T) {
	require.NoError(t, (&Args{
		App: "a", Namespace: "n", ServiceAccount: "s", Region: "r", RoleArn: pulumi.String("arn"), Migration: migration(),
		Source: Source{SecretStore: "t", RemoteSecret: "x", SecretName: "y", RemoteVersion: pulumi.String("v")},
	}).check())
	err := (&Args{Migration: &Migration{}}).check()
	for _, part := range []string{"App", "Namespace", "ServiceAccount", "SecretStore", "Region", "RemoteSecret", "SecretName", "RoleArn", "Migration needs"} {
		assert.ErrorContains(t, err, part)
	}
}
