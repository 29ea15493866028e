// Package charts renders charts that are shaped like those of users with the real Helm, from the values that the program outputs, and
// applies what comes out to the simulated cluster, beside the program's own objects.
package charts

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	esv1 "github.com/external-secrets/external-secrets/apis/externalsecrets/v1"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	k8syaml "sigs.k8s.io/yaml"

	"github.com/mosaic-stories/mosaic-database/internal/connection"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

func TestMain(m *testing.M) { os.Exit(live.Main(m)) }

// charts are the folders of the charts; one with a file helmValues.yaml gets values of that shape.
func charts() []string { return []string{"application", "umbrella"} }

// shape sets the template of a chart in a stack file.
func shape(t *testing.T, chart string) []engine.Override {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(chart, "helmValues.yaml"))
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(t, err)
	var tree map[string]any
	require.NoError(t, yaml.Unmarshal(content, &tree))
	var overrides []engine.Override
	for _, path := range leaves(nil, tree) {
		value := "app.helmValues"
		for _, name := range path {
			value += fmt.Sprintf("[%q]", name)
		}
		overrides = append(overrides, engine.Override{Path: value, Value: at(tree, path).(string)})
	}
	return overrides
}

// leaves are the paths to all that is no object, or an empty one.
func leaves(path []string, node any) [][]string {
	object, isObject := node.(map[string]any)
	if !isObject || len(object) == 0 {
		return [][]string{path}
	}
	var all [][]string
	for _, name := range slices.Sorted(maps.Keys(object)) {
		all = append(all, leaves(append(slices.Clone(path), name), object[name])...)
	}
	return all
}

func at(tree map[string]any, path []string) any {
	var node any = tree
	for _, name := range path {
		node = node.(map[string]any)[name]
	}
	return node
}

// render is what Helm makes of a chart with these values, in its order, in a release core-api.
func render(t *testing.T, chart string, values map[string]any, flags ...string) string {
	t.Helper()
	return renderAs(t, "core-api", chart, values, flags...)
}

// renderAs is the same in a release of another name.
func renderAs(t *testing.T, release, chart string, values map[string]any, flags ...string) string {
	t.Helper()
	content, err := json.Marshal(values)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "values.json")
	require.NoError(t, os.WriteFile(file, content, 0o600))
	args := append([]string{"template", release, chart, "--namespace", "mosaic-prod", "--values", file}, flags...)
	cmd := exec.CommandContext(t.Context(), tools.At(t, tools.Helm), args...)
	cmd.Env = append(os.Environ(), "HELM_CONFIG_HOME="+t.TempDir(), "HELM_CACHE_HOME="+t.TempDir(), "HELM_DATA_HOME="+t.TempDir())
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}

// objects are what was rendered, as the simulated cluster has objects. Each is decoded strictly, as the API server would.
func objects(t *testing.T, rendered string) []simcloud.Object {
	t.Helper()
	types := map[string]func() any{
		live.ServiceAccountType: func() any { return new(corev1.ServiceAccount) }, live.DeploymentType: func() any { return new(appsv1.Deployment) },
		live.JobType: func() any { return new(batchv1.Job) }, live.SecretStoreType: func() any { return new(esv1.SecretStore) },
		live.ExternalSecretType: func() any { return new(esv1.ExternalSecret) }, live.KubeSecretType: func() any { return new(corev1.Secret) },
	}
	var all []simcloud.Object
	decoder := yaml.NewDecoder(strings.NewReader(rendered))
	for {
		var manifest map[string]any
		if err := decoder.Decode(&manifest); err != nil {
			require.EqualError(t, err, "EOF")
			return all
		}
		if manifest == nil {
			continue // comments
		}
		properties := simcloud.Properties(manifest)
		version := properties.Text("apiVersion")
		if !strings.Contains(version, "/") {
			version = "core/" + version
		}
		object := simcloud.Object{
			Kind: "kubernetes:" + version + ":" + properties.Text("kind"), Cluster: "mosaic-prod",
			ID: properties.Text("metadata", "namespace") + "/" + properties.Text("metadata", "name"), Properties: properties,
		}
		require.Contains(t, types, object.Kind)
		content, err := yaml.Marshal(manifest)
		require.NoError(t, err)
		require.NoError(t, k8syaml.UnmarshalStrict(content, types[object.Kind]()), string(content))
		all = append(all, object)
	}
}

// TestCharts: with every delivery, the objects of the chart and of the program together give the pods all entries of the Secret, also those
// with which they verify the server, and no object has two owners, unless it changes hands.
func TestCharts(t *testing.T) {
	tools.Need(t, tools.Helm)
	image := "registry.example.com:5000/core-api:2.0.0@sha256:" + strings.Repeat("ab", 32)
	for _, chart := range charts() {
		for _, variant := range variants() {
			for _, delivery := range variant.deliveries {
				t.Run(chart+"/"+variant.name+"/"+delivery, func(t *testing.T) {
					t.Parallel()
					l := variant.start(t, chart, delivery, engine.Override{Path: "migrations.image", Value: image})
					l.Bundle("mosaic-prod", "ca-bundle.pem")
					l.MustUp()
					values := l.MustOutputs()["helmValues"].(map[string]any)
					rendered := renderAs(t, variant.release, chart, values)
					applied(l, objects(t, rendered), variant, delivery)
					require.NoError(t, l.Cloud.Sync())
					synced(l, variant)
					for _, entry := range (connection.Layout{Chosen: map[string]string{"DATABASE_URL": "url"}, Bundle: true}).Entries() {
						assert.NotEmpty(t, l.KubeSecret(entry.Name), "the Secret has no %s", entry.Name)
					}
					assert.NotContains(t, rendered, l.KubeSecret("DB_URL"), "no chart has it in its values")
					deployments := l.Cloud.Objects(live.DeploymentType)
					require.NotEmpty(t, deployments)
					for _, deployment := range deployments {
						for _, entry := range []string{"DB_URL", "PGSSLMODE", "PGSSLROOTCERT"} {
							assert.Equal(t, "core-api-db-secret", secretOf(entry, deployment), "the Deployment reads %s", entry)
						}
						assert.Equal(t, image, imageOf(deployment), "one tag, which a release sets")
						mounted, _ := json.Marshal(deployment.Properties)
						assert.Contains(t, string(mounted), `"mountPath":"`+l.KubeSecret("PGSSLROOTCERT")+`"`)
					}
					assert.Equal(t, delivery == "gitops", strings.Contains(rendered, "alembic"), "the chart or the program migrates")
				})
			}
		}
	}
}

// applied adds a chart's objects to the cluster. One that is there already is the program's: with a handover, it has to be the same, not
// another one for the same Secret.
func applied(l *live.Stack, chart []simcloud.Object, variant variant, delivery string) {
	l.T.Helper()
	var shared, own []string
	for _, object := range chart {
		for _, there := range l.Cloud.Objects(object.Kind) {
			if there.ID == object.ID {
				shared = append(shared, object.Kind+" "+object.ID)
			}
		}
		if object.Kind != live.DeploymentType && object.Kind != live.JobType {
			own = append(own, object.Kind+" "+object.ID)
		}
		require.NoError(l.T, l.Cloud.Add(object))
	}
	credentials := variant.credentials()
	switch delivery {
	case "pulumi":
		assert.Empty(l.T, shared, "the program's objects are its own")
		for _, one := range credentials {
			assert.NotContains(l.T, own, one)
		}
	case "handover":
		assert.ElementsMatch(l.T, credentials, shared, "the chart takes the same objects")
	default:
		assert.Empty(l.T, shared, "the program has none")
		assert.Subset(l.T, own, credentials)
	}
	targets := map[string]string{}
	for _, external := range l.Cloud.Objects(live.ExternalSecretType) {
		target := external.Properties.Text("spec", "target", "name")
		assert.Empty(l.T, targets[target], "%s has the target of %s", external.ID, targets[target])
		targets[target] = external.ID
	}
	accounts := map[string]bool{}
	for _, account := range l.Cloud.Objects(live.ServiceAccountType) {
		accounts[account.ID] = true
	}
	for _, deployment := range l.Cloud.Objects(live.DeploymentType) {
		account := deployment.Properties.Text("spec", "template", "spec", "serviceAccountName")
		assert.True(l.T, accounts["mosaic-prod/"+account], "the pods' ServiceAccount %s is not there", account)
	}
}

// secretOf is the Secret from which the container of a Deployment has a variable, alone or with the whole Secret.
func secretOf(variable string, deployment simcloud.Object) string {
	for _, container := range deployment.Properties.List("spec", "template", "spec", "containers") {
		for _, one := range container.List("env") {
			if one.Text("name") == variable && one.Text("valueFrom", "secretKeyRef", "key") == variable {
				return one.Text("valueFrom", "secretKeyRef", "name")
			}
		}
		for _, all := range container.List("envFrom") {
			return all.Text("secretRef", "name")
		}
	}
	return ""
}

// imageOf is the image of the only container of a Deployment.
func imageOf(deployment simcloud.Object) string {
	return deployment.Properties.List("spec", "template", "spec", "containers")[0].Text("image")
}

// TestTheChartsOwnImage: without an image of migrations, the values have empty texts in its place.
func TestTheChartsOwnImage(t *testing.T) {
	tools.Need(t, tools.Helm)
	for _, chart := range charts() {
		t.Run(chart, func(t *testing.T) {
			t.Parallel()
			l := live.Start(t, "prod", append(shape(t, chart), engine.Override{Path: "migrations.enabled", Value: "false"}, engine.Override{Path: "migrations.image", Value: ""})...)
			l.MustUp()
			images := map[string]string{}
			for _, object := range objects(t, render(t, chart, l.MustOutputs()["helmValues"].(map[string]any))) {
				if object.Kind == live.DeploymentType {
					images[object.ID] = imageOf(object)
				}
			}
			assert.Equal(t, map[string]string{"mosaic-prod/core-api": "mosaic-life/core-api:1.0.0"}, images)
		})
	}
}

// TestAChartThatIsThereFirst: the first run of a stack refuses objects that a chart has made, and a handover takes them over, as
// docs/why/delivery.md says. After it, the chart can give them up.
func TestAChartThatIsThereFirst(t *testing.T) {
	tools.Need(t, tools.Helm)
	t.Parallel()
	values := live.Start(t, "prod", engine.Override{Path: "delivery", Value: "gitops"})
	values.MustUp()
	there := objects(t, render(t, "application", values.MustOutputs()["helmValues"].(map[string]any)))

	l := live.Start(t, "prod")
	for _, object := range there {
		if object.Kind != live.JobType {
			require.NoError(t, l.Cloud.Add(object))
		}
	}
	assert.Contains(t, l.MustFail(l.Up(t.Context())), `serviceaccounts "core-api" already exists`)
	l.MustSet("delivery", "handover")
	l.MustUp()
	l.MustSet("delivery", "pulumi")
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	assert.Contains(t, l.MustFail(l.PreviewDestroy(t.Context())), "protect")
	require.NoError(t, l.Cloud.Sync())
	assert.Equal(t, l.One(live.InstanceType).Properties.Text("password"), l.KubeSecret("DB_PASSWORD"))
	for _, object := range objects(t, render(t, "application", l.MustOutputs()["helmValues"].(map[string]any))) {
		assert.Equal(t, live.DeploymentType, object.Kind, "the chart makes no other object")
	}
}

// TestEveryValueHasAnEffect changes every value alone and looks for a difference in what the charts render to.
func TestEveryValueHasAnEffect(t *testing.T) {
	tools.Need(t, tools.Helm)
	for _, chart := range charts() {
		for _, variant := range variants() {
			if !slices.Contains(variant.deliveries, "gitops") {
				continue // the values are those of another
			}
			t.Run(chart+"/"+variant.name, func(t *testing.T) {
				t.Parallel()
				l := variant.start(t, chart, "gitops")
				l.MustUp()
				values := l.MustOutputs()["helmValues"].(map[string]any)
				before := render(t, chart, values)
				paths, unread := leaves(nil, values), []string(nil)
				require.Greater(t, len(paths), 10)
				for _, path := range paths {
					object := at(values, path[:len(path)-1]).(map[string]any)
					name := path[len(path)-1]
					kept := object[name]
					object[name] = another(kept)
					if before == render(t, chart, values) {
						unread = append(unread, strings.Join(path, "."))
					}
					object[name] = kept
				}
				assert.ElementsMatch(t, variant.unread[chart], unread, "nothing else in the chart reads them")
			})
		}
	}
}

// another is another value of the same type.
func another(value any) any {
	switch value := value.(type) {
	case bool:
		return !value
	case []any:
		return append(slices.Clone(value), "more")
	case map[string]any:
		return map[string]any{"more": "value"}
	default:
		return fmt.Sprint(value) + "-other"
	}
}

// TestTheDocumentedChange: a chart that means a Secret of its own by externalSecrets.enabled, false, reads the program's after the change
// that docs/why/delivery.md shows, and still has its own where no Secret is named.
func TestTheDocumentedChange(t *testing.T) {
	tools.Need(t, tools.Git, tools.Helm)
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "why", "delivery.md"))
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(page), "```diff\n")
	patch, _, found := strings.Cut(rest, "```")
	require.True(t, found)
	l := live.Start(t, "prod")
	l.MustUp()
	values := l.MustOutputs()["helmValues"].(map[string]any)
	require.Equal(t, false, at(values, []string{"externalSecrets", "enabled"}))
	chart := t.TempDir()
	require.NoError(t, os.CopyFS(chart, os.DirFS("static")))
	assert.Contains(t, render(t, chart, values), "name: core-api-static", "before, it does not find the Secret")

	cmd := exec.CommandContext(t.Context(), tools.At(t, tools.Git), "apply", "-")
	cmd.Dir, cmd.Stdin = chart, strings.NewReader(patch)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	all := objects(t, render(t, chart, values))
	require.Len(t, all, 1, "no Secret of its own")
	assert.Equal(t, "core-api-db-secret", secretOf("DB_URL", all[0]))
	assert.Equal(t, 2, strings.Count(render(t, chart, nil), "name: core-api-static"))
}
