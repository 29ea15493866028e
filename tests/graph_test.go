// Package tests holds the tests of the whole program: its graph on mocks, for every committed stack file
// and every tier, and its behaviour on the real engine with a simulated cloud.
package tests

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
	"github.com/mosaic-stories/mosaic-database/internal/stack"
)

var update = flag.Bool("update", false, "rewrite the golden files and the generated documentation")

// variant is one configuration whose graph is checked.
type variant struct {
	name   string // of the golden file
	stack  string
	values map[string]string
}

// variants are every committed stack, every tier on top of prod, and what neither of them turns on.
func variants(t *testing.T) []variant {
	t.Helper()
	var all []variant
	for _, name := range stackNames(t) {
		all = append(all, variant{"stack-" + name, name, stackFile(t, name)})
	}
	prod := func(name string, overrides map[string]string) {
		values := stackFile(t, "prod")
		maps.Copy(values, overrides)
		all = append(all, variant{name, "prod", values})
	}
	for _, tier := range config.Tiers() {
		prod("tier-"+tier.Name, map[string]string{"mosaic-database:tier": tier.Name})
	}
	dev := stackFile(t, "dev")
	dev["mosaic-database:additionalApps"] = `{"worker": {}, "billing": {"namespace": "billing"}}`
	all = append(all, variant{"applications", "dev", dev})
	prod("gitops", map[string]string{"mosaic-database:delivery": "gitops"})
	prod("alternating", map[string]string{"mosaic-database:database": `{"credentials": "alternating", "readOnlyLogin": true,
		"iamPrincipals": ["arn:aws:iam::123456789012:role/developers"]}`})
	prod("pooling", map[string]string{
		"mosaic-database:pooling": `{"enabled": true, "tlsSecretName": "pooler-tls"}`, "mosaic-database:tls": `{"caBundleConfigMap": "rds-ca"}`,
		"mosaic-database:additionalApps": `{"worker": {"namespace": "jobs"}}`,
	})
	prod("everything", map[string]string{
		"mosaic-database:tier": "scale",
		"mosaic-database:database": `{"monitoringInterval": 60, "allocatedStorage": 400, "maxAllocatedStorage": 1000,
			"iops": 14000, "storageThroughput": 700, "parameters": {"max_connections": "200", "work_mem": "8192"},
			"kmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000001",
			"secretKmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000002"}`,
		"mosaic-database:network": `{"ingressCidrs": ["10.0.0.0/20", "2001:db8::/48"]}`,
		"mosaic-database:tags":    `{"CostCenter": "memories"}`,

		"mosaic-database:permissionsBoundary": pipeline.Boundary,
		"mosaic-database:tls":                 `{"caBundleConfigMap": "rds-ca"}`,

		"mosaic-database:additionalApps": `{"worker": {"namespace": "jobs", "serviceAccount": "core-api"}}`,
	})
	return all
}

// shown is what the golden file holds: the whole graph for a stack, what differs from the committed prod
// for everything else.
func (v variant) shown(t *testing.T, all []registration) string {
	t.Helper()
	if strings.HasPrefix(v.name, "stack-") {
		return text(t, all)
	}
	base, _, err := record(t, "prod", stackFile(t, "prod"), false)
	require.NoError(t, err)
	var absent []string
	same, here := map[string]bool{}, map[string]bool{}
	for _, one := range all {
		here[one.key()] = true
	}
	for _, one := range base {
		same[text(t, []registration{one})] = true
		if !here[one.key()] {
			absent = append(absent, one.key())
		}
	}
	differs := slices.DeleteFunc(slices.Clone(all), func(one registration) bool {
		return same[text(t, []registration{one})]
	})
	out, err := yaml.Marshal(map[string]any{"differs from prod": differs, "not in it": absent})
	require.NoError(t, err)
	return string(out)
}

// TestGraph compares what the program registers with the rules, in preview and in up, and what an up
// registers with a golden file.
func TestGraph(t *testing.T) {
	for _, v := range variants(t) {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			var keys [2][]string
			for i, preview := range []bool{true, false} {
				all, exports, err := record(t, v.stack, v.values, preview)
				require.NoError(t, err)
				checkRules(t, all)
				checkExports(t, exports)
				for _, one := range all {
					keys[i] = append(keys[i], one.key())
				}
				if !preview {
					golden(t, filepath.Join("testdata", v.name+".golden"), v.shown(t, all))
				}
			}
			assert.Equal(t, keys[0], keys[1], "a preview shows exactly what an up makes")
		})
	}
}

// TestMisspeltKeyIsFound: the engine hands over whatever the stack file has, so the program has to look.
func TestMisspeltKeyIsFound(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(root, "Pulumi.prod.yaml"))
	require.NoError(t, err)
	dir := t.TempDir()
	file := strings.Replace(string(content), "mosaic-database:tier", "mosaic-database:teir", 1)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.prod.yaml"), []byte(file), 0o644))
	all, _, err := recordIn(t, dir, "prod", stackFile(t, "prod"), false)
	assert.ErrorContains(t, err, "mosaic-database:teir")
	assert.ErrorContains(t, err, "did you mean tier?")
	assert.Empty(t, all, "nothing is registered")
}

// golden compares with a file, which -update rewrites.
func golden(t *testing.T, file, got string) {
	t.Helper()
	assert.NotContains(t, got, generatedPassword, "%s would hold the password", file)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "run: just golden")
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is stale (-file +program); where the change is meant, run: just golden\n%s", file, diff)
	}
}

func checkExports(t *testing.T, exports []string) {
	t.Helper()
	want := map[string]bool{}
	for _, output := range stack.Outputs() {
		want[output.Name] = true
	}
	got := map[string]bool{}
	for _, name := range exports {
		got[name] = true
	}
	assert.Equal(t, want, got, "the exports are the contract")
}
