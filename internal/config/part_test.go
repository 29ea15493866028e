package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/tests/configtest"
)

// placed writes files of a project, by their names, into a new folder.
func placed(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

// fields are some of all kinds.
var fields = []string{"aws:region", "aws:allowedAccountIds", "environment", "cluster.name", "app.namespace", "additionalApps.<name>.policyArns"}

func part(t *testing.T, file string) (*config.Config, error) {
	t.Helper()
	return config.Part(placed(t, map[string]string{"Pulumi.prod.yaml": file}), "prod", fields...)
}

const (
	account = "aws:region: us-east-1, aws:allowedAccountIds: ['123456789012']"
	located = account + ", cluster: {name: apps}"
)

// A script finds in the file alone what the program gets from the engine, in every way to write it.
func TestPart(t *testing.T) {
	for name, file := range map[string]string{
		"as usual":                    "config: {" + located + ", mosaic-database:environment: live, mosaic-database:app: {namespace: apps}}",
		"without the namespace":       "config: {" + located + ", environment: live, app: {namespace: apps}}",
		"lists in quotes":             `config: {aws:region: us-east-1, aws:allowedAccountIds: '["123456789012"]', environment: live, app: '{"namespace": "apps"}', cluster: '{"name": "apps"}'}`,
		"a number for a text":         "config: {aws:region: us-east-1, aws:allowedAccountIds: [123456789012], environment: live, app: {namespace: apps}, cluster: {name: apps}}",
		"the former spelling":         "config: {" + located + ", mosaic-database:config:environment: live, mosaic-database:config:app: {namespace: apps}}",
		"anchors":                     "x: &x {namespace: apps}\nconfig: {" + located + ", environment: live, app: {<<: *x}}",
		"another value is wrong":      "config: {" + located + ", environment: live, app: {namespace: apps, name: 'A b'}, database: {port: 1}, nothing: 1, gitops: {pth: x}}",
		"another is encrypted":        "config: {" + account + ", environment: live, app: {namespace: apps}, cluster: {name: apps, kubeconfig: {secure: v1:x}}}",
		"what an environment has not": "environment: [shared]\nconfig: {" + located + ", environment: live, app: {namespace: apps}, additionalApps: {}}",
	} {
		c, err := part(t, file)
		require.NoError(t, err, name)
		assert.Equal(t, []string{"us-east-1", "123456789012", "live", "apps"}, []string{c.Region, c.AccountID, c.Environment, c.App.Namespace}, name)
	}
	c, err := part(t, "config: {"+located+"}")
	require.NoError(t, err)
	assert.Equal(t, []string{"prod", "mosaic-prod"}, []string{c.Environment, c.App.Namespace}, "the program's defaults")
	for name, file := range map[string]string{
		"with a kubeconfig that is encrypted": "config: {" + account + ", cluster: {kubeconfig: {secure: v1:x}, oidcIssuer: 'https://oidc.example'}, " +
			"network: {vpcId: vpc-01234567, subnetIds: [subnet-01234567, subnet-12345678], ingressCidrs: [10.0.0.0/16]}}",
		"before a document of nothing":       "config: {" + located + "}\n---\n# the end\n",
		"before documents of nothing":        "config: {" + located + "}\n---\n---\n~\n...\n",
		"with environments and no field":     "environment: [shared]\nconfig: {" + located + ", environment: prod, app: {}, additionalApps: {}}",
		"with an application of a long name": "config: {" + located + ", app: {name: " + strings.Repeat("a", 42) + "}, environment: e}",
	} {
		_, err := part(t, file)
		assert.NoError(t, err, name)
	}
}

// What the program would refuse in these fields is refused, with the file's name and in the program's words.
func TestPartRefuses(t *testing.T) {
	for name, test := range map[string]struct{ file, want string }{
		"no account":                            {"config: {aws:region: us-east-1}", "aws:allowedAccountIds"},
		"two accounts":                          {"config: {aws:region: us-east-1, aws:allowedAccountIds: ['123456789012', '210987654321']}", "exactly one account"},
		"an octal account":                      {"config: {aws:region: us-east-1, aws:allowedAccountIds: [012345670123]}", `"012345670123", in quotes`},
		"a region of nowhere":                   {"config: {aws:region: us-isox-east-1, aws:allowedAccountIds: ['123456789012']}", "aws:region: us-isox-east-1"},
		"a misspelt key":                        {"config: {" + located + ", enviroment: live}", "did you mean environment?"},
		"a field as a key":                      {"config: {" + located + ", 'mosaic-database:app.namespace': apps}", "a field is set inside its object"},
		"a misspelt field":                      {"config: {" + located + ", app: {namspace: apps}}", "did you mean namespace?"},
		"an object that is a text":              {"config: {" + located + ", app: apps}", "mosaic-database:app"},
		"a key in two spellings":                {"config: {" + located + ", environment: live, mosaic-database:environment: prod}", "Pulumi takes one of them by chance"},
		"an encrypted value":                    {"config: {" + located + ", environment: {secure: v1:x}}", "mosaic-database:environment"},
		"encrypted by an alias":                 {"x: &x {secure: v1:x}\nconfig: {" + account + ", cluster: {name: *x}}", "mosaic-database:cluster.name"},
		"a policy of another application":       {"config: {" + located + ", additionalApps: {a: {policyArns: [x]}}}", "mosaic-database:additionalApps.a.policyArns[0]"},
		"a policy of another account":           {"config: {" + located + ", additionalApps: {a: {policyArns: ['arn:aws:iam::210987654321:policy/x']}}}", "a policy of the stack's account"},
		"no region, from an environment":        {"environment: [shared, team/more]\nconfig: {aws:allowedAccountIds: ['123456789012'], environment: live}", "aws:region\n     rule: in the stack's file itself, which names environments of Pulumi ESC (shared, team/more)"},
		"a name that an environment has":        {"environment: {imports: [{shared: {merge: false}}], values: {pulumiConfig: {environment: live}}}\nconfig: {" + located + "}", "mosaic-database:environment\n     rule: in the stack's file itself, which names environments of Pulumi ESC (shared, values)"},
		"a cluster that an environment has":     {"environment: [shared]\nconfig: {" + account + ", environment: live, app: {}, additionalApps: {}}", "mosaic-database:cluster\n     rule: in the stack's file itself, which names environments of Pulumi ESC (shared)"},
		"applications that an environment has":  {"environment: [shared]\nconfig: {" + located + ", environment: live, app: {}}", "write: the line in the stack's file, which goes before an environment's, with what there is of policyArns; where none has it: additionalApps: {}"},
		"no cluster, and not what is looked up": {"config: {" + account + ", network: {vpcId: vpc-01234567}}", "mosaic-database:cluster.name\n     rule: required, unless everything that is looked up by it is given; missing: cluster.kubeconfig, cluster.oidcIssuer, network.subnetIds"},
		"no file of YAML":                       {"config: [", "reading Pulumi.prod.yaml"},
		"a second document":                     {"config: {" + located + "}\n---\nconfig: {}\n", "a second document"},
		"a third document":                      {"config: {" + located + "}\n---\n---\nx: 1\n", "a second document"},
		"an environment too long":               {"config: {" + located + ", environment: " + strings.Repeat("e", 60) + "}", "the name of the pipeline's role"},
		"the name of the application":           {"config: {" + located + ", additionalApps: {core-api: {}}}", "not shared: app has the same name"},
	} {
		_, err := part(t, test.file)
		if assert.ErrorContains(t, err, test.want, name) {
			assert.ErrorContains(t, err, "Pulumi.prod.yaml", name)
		}
	}
	_, err := config.Part(t.TempDir(), "stage", fields...)
	assert.ErrorContains(t, err, "Pulumi.stage.yaml")
	_, err = part(t, "environment: [shared]\nconfig: {}")
	assert.Equal(t, 1, strings.Count(err.Error(), ". aws:region"), "it is missing once")
	assert.ErrorContains(t, err, "where none has it: environment: \"prod\"")
	assert.ErrorContains(t, err, "with what there is of name; where none has it: cluster: {}")
	assert.NotContains(t, err.Error(), "cluster.name", "the object is missing, and not its field too")
}

// The file may be where the project says, and lack what the project has for all stacks.
func TestPartOfAProject(t *testing.T) {
	project := "name: mosaic-database\nconfig:\n  cluster: {type: object, default: {name: apps}}\n  aws:region: eu-west-1\n  aws:allowedAccountIds: {value: ['123456789012']}\n  environment: {type: string, default: shared}\n"
	for name, test := range map[string]struct{ project, folder, file, environment string }{
		"beside it":         {project, "", "config: {environment: live}", "live"},
		"in a folder":       {project + "stackConfigDir: ./stacks\n", "stacks/", "config: {environment: live}", "live"},
		"with no value":     {project, "", "config: {}", "shared"},
		"the former folder": {"name: mosaic-database\nconfig: stacks\n", "stacks/", "config: {aws:region: eu-west-1, aws:allowedAccountIds: ['123456789012'], cluster: {name: apps}}", "prod"},
	} {
		dir := placed(t, map[string]string{"Pulumi.yaml": test.project, test.folder + "Pulumi.prod.yaml": test.file})
		c, err := config.Part(dir, "prod", fields...)
		require.NoError(t, err, name)
		assert.Equal(t, []string{"eu-west-1", "123456789012", test.environment}, []string{c.Region, c.AccountID, c.Environment}, name)
	}
	c, err := config.Part(placed(t, map[string]string{"Pulumi.prod.yaml": "config: {" + located + "}"}), "acme/mosaic-database/prod", fields...)
	require.NoError(t, err)
	assert.Equal(t, "prod", c.Environment)
	_, err = config.ReadStackFile(placed(t, map[string]string{"Pulumi.yaml": "config: ["}), "prod")
	assert.ErrorContains(t, err, "reading the project's file")
	file, err := config.ReadStackFile(placed(t, map[string]string{"Pulumi.prod.yaml": "secretsprovider: 'awskms://alias/x?region=us-east-1' # ours\n"}), "prod")
	require.NoError(t, err)
	assert.Equal(t, "awskms://alias/x?region=us-east-1", file.SecretsProvider)
	_, err = config.Load(configtest.With(t, ""), "prod", file)
	assert.NoError(t, err)
}
