package charts

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/version"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// migration is the Job that the chart makes.
func migration(t *testing.T, values map[string]any, flags ...string) simcloud.Object {
	t.Helper()
	var jobs []simcloud.Object
	for _, object := range objects(t, render(t, "application", values, flags...)) {
		if object.Kind == live.JobType {
			jobs = append(jobs, object)
		}
	}
	require.Len(t, jobs, 1)
	return jobs[0]
}

func migrating(t *testing.T) map[string]any {
	t.Helper()
	l := live.Start(t, "prod", engine.Override{Path: "delivery", Value: "gitops"})
	l.MustUp()
	return l.MustOutputs()["helmValues"].(map[string]any)
}

// TestTheMigrationFindsItsSecret: a hook runs before the objects of its release, so without a Secret the migration is none. That is so at
// the first install, and where a chart moves to this program's values in an upgrade.
func TestTheMigrationFindsItsSecret(t *testing.T) {
	tools.Need(t, tools.Helm)
	t.Parallel()
	values := migrating(t)
	hook := func(flags ...string) string {
		return migration(t, values, flags...).Properties.Text("metadata", "annotations", "helm.sh/hook")
	}
	assert.Empty(t, hook())
	assert.Empty(t, hook("--is-upgrade"), "no cluster, no Secret")
	in := func(kubeconfig string) []string {
		return []string{"--dry-run=server", "--disable-openapi-validation", "--kubeconfig", kubeconfig}
	}
	assert.Empty(t, hook(append(in(cluster(t)), "--is-upgrade")...))
	there := in(cluster(t, "core-api-db-secret"))
	assert.Empty(t, hook(there...), "an install runs no hook of an upgrade")
	assert.Equal(t, "pre-upgrade", hook(append(there, "--is-upgrade")...))
}

// TestAnotherReleaseIsAnotherJob: the template of a Job cannot change, and Argo CD renders every release as a first install.
func TestAnotherReleaseIsAnotherJob(t *testing.T) {
	tools.Need(t, tools.Helm)
	t.Parallel()
	values := migrating(t)
	first := migration(t, values)
	assert.Equal(t, first, migration(t, values))
	for _, path := range [][]string{{"migrations", "image"}, {"migrations", "command"}, {"tls", "caBundleConfigMap"}} {
		object, name := at(values, path[:1]).(map[string]any), path[1]
		kept := object[name]
		object[name] = another(kept)
		next := migration(t, values)
		assert.NotEqual(t, first.Properties.Map("spec"), next.Properties.Map("spec"))
		assert.NotEqual(t, first.ID, next.ID, "%s changes a Job that is there", name)
		object[name] = kept
	}
}

// cluster is the kubeconfig of an API server that has these Secrets, knows the kinds of the chart's objects, and has no objects of them.
func cluster(t *testing.T, secrets ...string) string {
	t.Helper()
	answers := map[string]any{
		"/version": version.Info{Major: "1", Minor: "34", GitVersion: "v1.34.0"},
		"/api":     metav1.APIVersions{TypeMeta: metav1.TypeMeta{Kind: "APIVersions"}, Versions: []string{"v1"}},
		"/api/v1":  resources("v1", "Secret", "ServiceAccount"),
	}
	groups := metav1.APIGroupList{TypeMeta: metav1.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"}}
	for group, kinds := range map[string][]string{"apps": {"Deployment"}, "batch": {"Job"}, "external-secrets.io": {"ExternalSecret", "SecretStore"}} {
		v1 := metav1.GroupVersionForDiscovery{GroupVersion: group + "/v1", Version: "v1"}
		groups.Groups = append(groups.Groups, metav1.APIGroup{Name: group, Versions: []metav1.GroupVersionForDiscovery{v1}, PreferredVersion: v1})
		answers["/apis/"+group+"/v1"] = resources(group+"/v1", kinds...)
	}
	answers["/apis"] = groups
	for _, name := range secrets {
		answers["/api/v1/namespaces/mosaic-prod/secrets/"+name] = corev1.Secret{
			TypeMeta: metav1.TypeMeta{Kind: "Secret", APIVersion: "v1"}, ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "mosaic-prod"},
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		answer, found := answers[r.URL.Path]
		if !found {
			answer = metav1.Status{TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: metav1.StatusFailure, Reason: metav1.StatusReasonNotFound, Code: http.StatusNotFound}
			w.WriteHeader(http.StatusNotFound)
		}
		assert.NoError(t, json.NewEncoder(w).Encode(answer))
	}))
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "kubeconfig")
	require.NoError(t, os.WriteFile(file, []byte(`{"apiVersion": "v1", "kind": "Config", "current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "c"}}],
		"clusters": [{"name": "c", "cluster": {"server": "`+server.URL+`"}}]}`), 0o600))
	return file
}

func resources(groupVersion string, kinds ...string) metav1.APIResourceList {
	list := metav1.APIResourceList{TypeMeta: metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"}, GroupVersion: groupVersion}
	for _, kind := range kinds {
		list.APIResources = append(list.APIResources, metav1.APIResource{Name: strings.ToLower(kind) + "s", Kind: kind, Namespaced: true, Verbs: metav1.Verbs{"get", "list"}})
	}
	return list
}
