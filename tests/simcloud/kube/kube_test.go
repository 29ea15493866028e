package kube

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"
)

// object decodes a manifest in YAML.
func object(t *testing.T, manifest string) *Object {
	t.Helper()
	content, err := yaml.YAMLToJSON([]byte(manifest))
	require.NoError(t, err)
	o := &Object{}
	require.NoError(t, json.Unmarshal(content, &o.Object))
	return o
}

// The provider reports the first thing that a pod lacks, and the termination message of its main containers.
func TestComplaint(t *testing.T) {
	const ready = "{type: PodScheduled, status: 'True'}, {type: Initialized, status: 'True'}, "
	for name, tc := range map[string]struct{ status, want string }{
		"has ended":         {"{phase: Succeeded, conditions: [" + ready + "{type: Ready, status: 'False', reason: PodCompleted, message: it ended}]}", ""},
		"is not scheduled":  {"{conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, message: no node}]}", ""},
		"waits for a init":  {"{conditions: [{type: PodScheduled, status: 'True'}, {type: Initialized, status: 'False', reason: ContainersNotInitialized, message: 'containers with incomplete status: [wait]'}]}", "[Pod ns/p]: containers with incomplete status: [wait]"},
		"is created":        {"{conditions: [" + ready + "{type: Ready, status: 'False'}], containerStatuses: [{name: main, state: {waiting: {reason: ContainerCreating}}}]}", ""},
		"lacks a Secret":    {"{conditions: [" + ready + "{type: Ready, status: 'False', reason: ContainersNotReady, message: 'containers with unready status: [main]'}], containerStatuses: [{name: main, state: {waiting: {reason: CreateContainerConfigError, message: secret \"s\" not found}}}]}", "[Pod ns/p]: containers with unready status: [main][CreateContainerConfigError] secret \"s\" not found"},
		"has last words":    {"{phase: Failed, conditions: [" + ready + "{type: Ready, status: 'False', reason: PodFailed}], containerStatuses: [{name: main, state: {terminated: {exitCode: 1, reason: Error, message: no such revision}}}]}", "[Pod ns/p]: [Error] no such revision"},
		"has no last words": {"{phase: Failed, conditions: [" + ready + "{type: Ready, status: 'False', reason: PodFailed}], containerStatuses: [{name: main, state: {terminated: {exitCode: 3, reason: Error}}}]}", "[Pod ns/p]: container \"main\" completed with exit code 3"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tc.want, complaintOf(object(t, "{metadata: {name: p, namespace: ns}, status: "+tc.status+"}")))
		})
	}
}

// The provider takes over what kubectl and its own former names own. It does not take over what it created with a name from the
// annotation: what a later manifest leaves out stays on the object.
func TestAdoptedManagers(t *testing.T) {
	const apply, update = metav1.ManagedFieldsOperationApply, metav1.ManagedFieldsOperationUpdate
	for _, tc := range []struct {
		manager, subresource string
		operation            metav1.ManagedFieldsOperationType
		want                 bool
	}{
		{"kubectl-edit", "", update, true},
		{"kubectl", "", apply, true},
		{"before-first-apply", "", update, true},
		{"pulumi-kubernetes-6c644842", "", update, true},
		{"pulumi-kubernetes-6c644842", "", apply, false},
		{"pulumi-resource-kubernetes", "", update, true},
		{"kubectl-edit", "status", update, false},
		{"mosaic-database", "", update, false},
		{"helm", "", update, false},
	} {
		assert.Equal(t, tc.want, adopted(metav1.ManagedFieldsEntry{Manager: tc.manager, Operation: tc.operation, Subresource: tc.subresource}), tc)
	}
}

func TestIgnoredFields(t *testing.T) {
	manifest := object(t, "{kind: Job, metadata: {name: j, annotations: {a: ours}}, spec: {a: 1}, other: {a: 1}}")
	live := object(t, `{kind: Job, spec: {a: 2, b: 3}, other: {a: 4}, metadata: {name: j, annotations: {a: theirs}, managedFields: [
		{manager: us, operation: Update, fieldsV1: {"f:spec": {"f:a": {}}}},
		{manager: them, operation: Update, fieldsV1: {"f:spec": {"f:b": {}}, "f:metadata": {"f:annotations": {"f:a": {}}}}}]}}`)
	got, err := withIgnored(Apply{Manifest: manifest, Manager: "us", Ignored: []string{"spec", "metadata.annotations"}}, live)
	require.NoError(t, err)
	want := object(t, "{kind: Job, metadata: {name: j}, spec: {a: 2, b: 3}, other: {a: 1}}")
	assert.Equal(t, want.Object, got.Object, "a field of others is left out, one of ours and of others is as it is")
}

func TestConditions(t *testing.T) {
	const ready = "conditions: [{type: Ready, status: 'True'}]"
	for name, tc := range map[string]struct {
		object string
		want   bool
	}{
		"without one":           {"{}", false},
		"of no generation":      {"{metadata: {generation: 2}, status: {" + ready + "}}", true},
		"of this generation":    {"{metadata: {generation: 2}, status: {observedGeneration: 2, " + ready + "}}", true},
		"of a former one":       {"{metadata: {generation: 2}, status: {observedGeneration: 1, " + ready + "}}", false},
		"of a former one, own":  {"{metadata: {generation: 2}, status: {conditions: [{type: ready, status: 'true', observedGeneration: 1}]}}", false},
		"in other letters":      {"{metadata: {generation: 2}, status: {conditions: [{type: ready, status: 'true'}]}}", true},
		"with the other status": {"{status: {conditions: [{type: Ready, status: 'False'}]}}", false},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tc.want, reached(object(t, tc.object), "Ready", "True"))
		})
	}
	assert.Equal(t, []string{"condition=Ready"}, conditionsOf("condition=Ready"))
	assert.Equal(t, []string{"condition=A", "condition=B"}, conditionsOf(`["condition=A", "condition=B"]`))
}

func TestTheEndOfWaiting(t *testing.T) {
	var unready *Unready
	require.ErrorAs(t, late(context.DeadlineExceeded, &Object{}, "timed out", "why"), &unready)
	assert.Equal(t, []string{"timed out", "why"}, append([]string{unready.Cause}, unready.Others...))
	assert.NoError(t, late(nil, &Object{}, "timed out"))
	assert.ErrorIs(t, late(assert.AnError, &Object{}, "timed out"), assert.AnError)
}
