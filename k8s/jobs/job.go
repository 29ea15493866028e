// Package jobs registers the Jobs that work on the database: the migration, which brings the schema to the application's
// revision, and the bootstrap, which makes the database's logins.
package jobs

import (
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
)

// awaitSlack is what the provider waits beyond the Job's own deadline, so that the Job ends first and
// the error says why.
const awaitSlack = 2 * time.Minute

// job is a pod that runs until it succeeds, once.
type job struct {
	pulumiName      string
	name            pulumi.StringInput
	annotations     object
	backoffLimit    int
	deadlineSeconds int
	pod             podSpec
}

// timeout is how long the provider waits for the Job.
func (j *job) timeout() string {
	return (time.Duration(j.deadlineSeconds)*time.Second + awaitSlack).String()
}

// register registers the Job. A Job that ran never runs again: its spec is immutable and changes of it are ignored, and it
// has no TTL, after which a refresh would create it again. What is to run again gets another name. Its annotations are
// ignored too: under another field manager the provider would leave the ignored spec to the former manager, and then remove it.
func (j *job) register(w *manifest.Writer, needs ...pulumi.Resource) (pulumi.Resource, error) {
	metadata := object{"name": j.name, "namespace": w.Namespace, "labels": j.pod.labels}
	if j.annotations != nil {
		metadata["annotations"] = j.annotations
	}
	resource, err := w.Register(j.pulumiName, object{
		"apiVersion": "batch/v1",
		"kind":       "Job",
		"metadata":   metadata,
		"spec": object{
			"backoffLimit":          j.backoffLimit,
			"activeDeadlineSeconds": j.deadlineSeconds,
			"template": object{
				"metadata": object{"labels": j.pod.labels},
				"spec":     j.pod.manifest(),
			},
		},
	},
		pulumi.DependsOn(needs),
		pulumi.IgnoreChanges([]string{"spec", "metadata.annotations"}),
		pulumi.Protect(false), pulumi.RetainOnDelete(false), // the next Job replaces it
		pulumi.Timeouts(&pulumi.CustomTimeouts{Create: j.timeout(), Update: j.timeout()}))
	if err != nil {
		return nil, fmt.Errorf("registering the Job %s: %w", j.pulumiName, err)
	}
	return resource, nil
}
