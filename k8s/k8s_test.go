package k8s

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func migration() *Migration {
	return &Migration{
		Image: "core-api:1", Command: []string{"alembic", "upgrade", "head"}, Database: "db/mosaic",
		Attempt: 1, DeadlineSeconds: 600, BackoffLimit: 2, CPU: "500m", Memory: "256Mi",
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

func TestTheProviderOutwaitsTheJob(t *testing.T) {
	assert.Equal(t, "12m0s", migration().timeout())
}

func TestCheckNamesEveryProblem(t *testing.T) {
	require.NoError(t, (&Args{
		App: "a", Namespace: "n", ServiceAccount: "s", Region: "r", RemoteSecret: "x", SecretName: "y",
		RoleArn: pulumi.String("arn"), RemoteVersion: pulumi.String("v"), Migration: migration(),
	}).check())
	err := (&Args{Migration: &Migration{}}).check()
	for _, part := range []string{"App", "Namespace", "ServiceAccount", "Region", "RemoteSecret", "SecretName", "RoleArn", "Migration needs"} {
		assert.ErrorContains(t, err, part)
	}
}
