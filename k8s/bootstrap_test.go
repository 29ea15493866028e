package k8s

import (
	"regexp"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

func bootstrap() *BootstrapArgs {
	return &BootstrapArgs{
		App: "core-api", Namespace: "n", ServiceAccount: "s", RoleArn: pulumi.String("arn"), Region: "r",
		Source: Source{SecretStore: "t", RemoteSecret: "x", SecretName: "y", RemoteVersion: pulumi.String("v")},
		Image:  "postgres:16.11", Roles: naming.DatabaseRoles("core-api"), Instance: "db", Number: 1, DatabaseCidrs: []string{"10.0.0.0/20"}, DatabasePort: 5432,
	}
}

// The kubelet expands $(NAME), and makes one dollar sign of two, before a shell sees a command.
func TestTheKubeletLeavesTheStatementsAlone(t *testing.T) {
	script := bootstrap().program()[2]
	assert.NotContains(t, script, "$$")
	assert.NotContains(t, script, "$(")
	assert.Equal(t, 1, strings.Count(script, "\nSQL\n"), "the statements end the document that holds them")
}

// Every variable that the statements read is one that the Job gives them, and the other way round.
func TestTheStatementsKnowTheirVariables(t *testing.T) {
	for _, reader := range []bool{true, false} {
		args := bootstrap()
		args.Reader = reader
		given := map[string]bool{}
		for name := range args.settings() {
			given[name] = true
		}
		for _, key := range args.keys() {
			given[key.Name] = true
		}
		read := map[string]bool{}
		for _, match := range regexp.MustCompile(`(?m)^\\getenv \w+ (\w+)$`).FindAllStringSubmatch(bootstrapSQL, -1) {
			read[match[1]] = true
			if !strings.HasPrefix(match[1], "VERIFIER_READER") || reader {
				assert.True(t, given[match[1]], "nothing gives %s", match[1])
			}
		}
		for name := range given {
			assert.True(t, read[name] || strings.HasPrefix(name, "PG"), "nothing reads %s", name)
		}
	}
}

func TestCheckOfTheBootstrap(t *testing.T) {
	require.NoError(t, bootstrap().check())
	for name, spoil := range map[string]func(*BootstrapArgs){
		"image": func(a *BootstrapArgs) { a.Image = "" }, "store": func(a *BootstrapArgs) { a.SecretStore = "" },
		"version": func(a *BootstrapArgs) { a.RemoteVersion = nil }, "number": func(a *BootstrapArgs) { a.Number = 0 },
		"roles": func(a *BootstrapArgs) { a.Roles = naming.Roles{} },
	} {
		args := bootstrap()
		spoil(args)
		assert.Error(t, args.check(), name)
	}
}
