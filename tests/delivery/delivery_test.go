// Package delivery tests both deliveries of the Kubernetes objects on the real engine: by this program, and by a GitOps repository
// with the values in the outputs.
package delivery

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// bringers are the kinds of the objects that deliver the credentials to the pods.
var bringers = []string{live.ServiceAccountType, live.SecretStoreType, live.ExternalSecretType}

// untouched checks that none of these objects was deleted since an entry of the cloud's log.
func untouched(l *live.Stack, since int) {
	l.T.Helper()
	for _, operation := range l.Cloud.Log()[since:] {
		if operation.Op == "delete" {
			assert.NotContains(l.T, bringers, operation.Type, operation.Name)
		}
	}
	l.One(live.KubeSecretType)
	for _, kind := range bringers {
		l.One(kind)
	}
}

// secretAlways checks before every operation from now on that the pods' Secret exists, and is the same with the same URL.
func secretAlways(l *live.Stack) (operations *int) {
	l.T.Helper()
	operations = new(int)
	before := l.KubeSecret("DB_URL")
	l.Cloud.Inspect(func(operation simcloud.Operation, objects func(string) []simcloud.Object) {
		*operations++
		for _, secret := range objects(live.KubeSecretType) {
			if url, err := base64.StdEncoding.DecodeString(secret.Properties.Text("data", "DB_URL")); err == nil && string(url) == before {
				return
			}
		}
		l.T.Errorf("the pods have no Secret at %s of %s %s", operation.Op, operation.Type, operation.Name)
	})
	return operations
}

// TestHandover hands the objects over to the GitOps repository and back. The pods' Secret exists all the time and stays the same: the
// side that gives the objects up leaves them in the cluster, the other one adopts them.
func TestHandover(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	since := len(l.Cloud.Log())
	external := l.One(live.ExternalSecretType).Properties.Text("metadata", "uid")
	operations := secretAlways(l)

	l.MustSet("delivery", "gitops")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "from pulumi only by way of handover")
	l.MustSet("delivery", "handover")
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	assert.Equal(t, true, l.MustOutputs()["helmValues"].(map[string]any)["externalSecrets"].(map[string]any)["enabled"], "the chart takes over")
	chartTakes(l)

	l.MustSet("delivery", "gitops")
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	untouched(l, since)
	assert.Empty(t, l.Cloud.Objects(live.JobType), "the migration that ran is no object of the chart")

	l.MustSet("delivery", "pulumi")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "from gitops only by way of handover")
	l.MustSet("delivery", "handover")
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	l.MustSet("delivery", "pulumi")
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	untouched(l, since)
	now := l.One(live.ExternalSecretType)
	assert.Equal(t, external, now.Properties.Text("metadata", "uid"), "it is the same object")
	assert.Greater(t, *operations, 50, "the Secret was looked at")
	assert.Equal(t, "keep", now.Properties.Text("metadata", "annotations", "helm.sh/resource-policy"), "and the chart does not delete it")
	assert.Contains(t, l.MustFail(l.PreviewDestroy(t.Context())), "protect")
	assert.Equal(t, l.One(live.InstanceType).Properties.Text("password"), l.KubeSecret("DB_PASSWORD"))
}

// TestWhatOthersWroteStopsNoUpdate: an object has a manager for each of its fields. After a handover and back, and after edits by
// kubectl and the operator, a rotation is still applied, and fields that this program no longer sets are removed.
func TestWhatOthersWroteStopsNoUpdate(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	for _, delivery := range []string{"handover", "gitops", "handover", "pulumi"} {
		l.MustSet("delivery", delivery)
		l.MustUp()
		if delivery == "handover" {
			chartTakes(l)
		}
	}
	for _, kind := range bringers {
		require.NoError(t, l.Cloud.Edit(kind, l.One(kind).ID, func(p simcloud.Properties) {
			p.Map("metadata", "annotations")["force-sync"] = "by hand"
			p.Map("metadata", "labels")["app.kubernetes.io/component"] = "by-hand"
		}))
	}
	l.MustSet("database.passwordVersion", "2")
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	assert.Equal(t, l.One(live.InstanceType).Properties.Text("password"), l.KubeSecret("DB_PASSWORD"))
	for _, kind := range bringers {
		assert.Equal(t, []string{"pulumi-kubernetes-mosaic-database"}, appliers(l.One(kind)), "%s: a second name of ours would keep what we no longer write", kind)
	}
}

// TestObjectsOfAnEarlierVersion: an earlier version left the field manager to the provider, which invented one for each object. A
// rotation moves the fields to the new manager, and the provider gives up the old one. A Job that has run stays as it is.
func TestObjectsOfAnEarlierVersion(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	const former, annotation = "pulumi-kubernetes-6c644842", "pulumi.com/patchFieldManager"
	forget := func(of any) {
		if properties, ok := of.(map[string]any); ok && properties["metadata"] != nil {
			annotations, _ := properties["metadata"].(map[string]any)["annotations"].(map[string]any)
			delete(annotations, annotation)
		}
	}
	l.EditState(func(r map[string]any) {
		forget(r["inputs"])
		forget(r["outputs"])
		if outputs, ok := r["outputs"].(map[string]any); ok && outputs["__fieldManager"] != nil {
			outputs["__fieldManager"] = former
		}
	})
	for _, object := range l.Cloud.Objects("") {
		for _, manager := range object.Properties.List("metadata", "managedFields") {
			if manager.Text("operation") == "Apply" {
				manager["manager"] = former
				delete(manager.Map("fieldsV1", "f:metadata", "f:annotations"), "f:"+annotation)
			}
		}
		forget(map[string]any(object.Properties))
		require.NoError(t, l.Cloud.Add(object))
	}
	l.MustSet("database.passwordVersion", "2")
	since := len(l.Cloud.Log())
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	assert.Equal(t, l.One(live.InstanceType).Properties.Text("password"), l.KubeSecret("DB_PASSWORD"))
	for _, kind := range bringers {
		assert.Equal(t, []string{"pulumi-kubernetes-mosaic-database"}, appliers(l.One(kind)), kind)
	}
	for _, operation := range l.Cloud.Log()[since:] {
		if operation.Type == live.JobType {
			assert.NotEqual(t, "update", operation.Op, "a Job that ran is not written again: its spec is ignored, and would go with the former name")
		}
	}
}

// appliers lists the field managers that applied an object.
func appliers(o simcloud.Object) []string {
	var names []string
	for _, manager := range o.Properties.List("metadata", "managedFields") {
		if manager.Text("operation") == "Apply" {
			names = append(names, manager.Text("manager"))
		}
	}
	return names
}

// chartTakes writes what Helm writes on objects that it adopts.
func chartTakes(l *live.Stack) {
	l.T.Helper()
	for _, kind := range bringers {
		require.NoError(l.T, l.Cloud.Edit(kind, l.One(kind).ID, func(p simcloud.Properties) {
			p.Map("metadata", "labels")["app.kubernetes.io/managed-by"] = "Helm"
			p.Map("metadata", "annotations")["meta.helm.sh/release-name"] = "core-api"
		}))
	}
}

// TestAHandoverThatFailsGoesOn: after a failure in the middle nothing is missing, and the next run completes the handover.
func TestAHandoverThatFailsGoesOn(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	since := len(l.Cloud.Log())
	l.MustSet("delivery", "handover")
	l.MustUp()
	chartTakes(l)
	l.MustSet("delivery", "gitops")
	l.MustUp()

	l.MustSet("delivery", "handover")
	l.Cloud.Fail(func(operation simcloud.Operation) error {
		if operation.Op == "create" && operation.Type == live.ExternalSecretType {
			return errors.New("etcdserver: request timed out")
		}
		return nil
	})
	assert.Contains(t, l.MustFail(l.Up(t.Context())), "request timed out")
	untouched(l, since)
	l.Cloud.Fail(nil)
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	untouched(l, since)
}

// TestReloading: the chart gets the annotation for Reloader, unless that is turned off.
func TestReloading(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	annotations := func() any { return l.MustOutputs()["helmValues"].(map[string]any)["deploymentAnnotations"] }
	assert.Equal(t, map[string]any{"secret.reloader.stakater.com/reload": "core-api-db-secret"}, annotations())
	l.MustSet("app.reloadOnChange", "false")
	assert.Empty(t, strings.Join(l.MustUp(), ""), "nothing in the cloud changes")
	assert.Empty(t, annotations())
}
