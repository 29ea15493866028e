package jobs

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

func migration(changes ...func(*config.Config)) *Migration {
	cfg := &config.Config{
		Environment: "dev", App: config.App{Name: "core-api"}, Database: config.Database{Name: "mosaic"}, Restore: config.Restore{Serving: 1},
		Migrations: config.Migrations{
			Image: "core-api:1", Command: []string{"alembic", "upgrade", "head"}, Attempt: 1, DeadlineSeconds: 600, BackoffLimit: 2, Memory: "256Mi",
		},
	}
	for _, change := range changes {
		change(cfg)
	}
	return &Migration{Config: cfg, App: cfg.Applications()[0]}
}

// Only a change that can change the schema makes another revision, and so another run.
func TestRevision(t *testing.T) {
	base := migration().Revision()
	assert.Regexp(t, `^[0-9a-f]{10}$`, base)
	assert.Equal(t, base, migration().Revision())
	for name, change := range map[string]func(*config.Config){
		"image":             func(c *config.Config) { c.Migrations.Image = "core-api:2" },
		"command":           func(c *config.Config) { c.Migrations.Command = []string{"alembic", "upgrade", "head", "--sql"} },
		"argument boundary": func(c *config.Config) { c.Migrations.Command = []string{"alembic upgrade", "head"} },
		"instance":          func(c *config.Config) { c.Restore.Serving = 2 },
		"database":          func(c *config.Config) { c.Database.Name = "other" },
		"attempt":           func(c *config.Config) { c.Migrations.Attempt = 2 },
	} {
		assert.NotEqual(t, base, migration(change).Revision(), name)
	}
	for name, change := range map[string]func(*config.Config){
		"deadline":               func(c *config.Config) { c.Migrations.DeadlineSeconds = 60 },
		"retries":                func(c *config.Config) { c.Migrations.BackoffLimit = 0 },
		"memory":                 func(c *config.Config) { c.Migrations.Memory = "1Gi" },
		"a variable":             func(c *config.Config) { c.Migrations.Env = map[string]string{"LOG_LEVEL": "debug"} },
		"a variable of a Secret": func(c *config.Config) { c.Migrations.SecretEnv = map[string]string{"SENTRY_DSN": "a/b"} },
		"the pods":               func(c *config.Config) { c.Pods.Labels = map[string]string{"team": "memories"} },
	} {
		assert.Equal(t, base, migration(change).Revision(), name)
	}
}

// An upgrade by Alembic prints the revisions before and after it, with the same global options.
func TestAnUpgradePrintsItsRevisions(t *testing.T) {
	assert.Equal(t, []string{"/bin/sh", "-ec", `echo 'current revision:'
'alembic' current
echo 'newest revision:'
'alembic' heads
'alembic' 'upgrade' 'head'
echo 'current revision:'
'alembic' current`}, withRevisions([]string{"alembic", "upgrade", "head"}))
	script := withRevisions([]string{"alembic", "-c", "it's here.ini", "upgrade", "head"})[2]
	assert.Contains(t, script, `'alembic' '-c' 'it'\''s here.ini' heads`)
	assert.Contains(t, script, `'alembic' '-c' 'it'\''s here.ini' 'upgrade' 'head'`)
	for _, command := range [][]string{{"alembic", "downgrade", "-1"}, {"python", "-m", "alembic", "upgrade", "head"}, {"upgrade"}} {
		assert.Equal(t, command, withRevisions(command), "runs as it is")
	}
}

// A shell runs the script, with a fake Alembic.
func TestTheScriptRuns(t *testing.T) {
	bin := t.TempDir()
	write := func(body string) {
		require.NoError(t, os.WriteFile(filepath.Join(bin, "alembic"), []byte("#!/bin/sh\n"+body), 0o755))
	}
	run := func(command ...string) (string, error) {
		program := withRevisions(command)
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
	assert.Equal(t, 3, exit.ExitCode(), "the container has the exit code of the upgrade")
	assert.True(t, strings.HasSuffix(out, "can't locate revision\n"), "%s", out)
}

func TestTheProviderWaitsLongerThanTheJob(t *testing.T) {
	assert.Equal(t, "12m0s", (&job{deadlineSeconds: 600}).timeout())
}
