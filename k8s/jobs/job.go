// Package jobs registers the Jobs that change the database: the migration, which upgrades the schema for a revision of the
// application, and the bootstrap, which creates the database's roles and logins.
package jobs

import (
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
)

// timeoutMargin is how much longer than the Job's own deadline the provider waits, so that the Job fails first and the error
// says why.
const timeoutMargin = 2 * time.Minute

// job is a Kubernetes Job.
type job struct {
	pulumiName      string
	name            pulumi.StringInput
	annotations     object // nil: none
	backoffLimit    int    // retries after a failure
	deadlineSeconds int
	pod             podSpec
}

// timeout is how long the provider waits for the Job, such as 12m0s.
func (j *job) timeout() string {
	return (time.Duration(j.deadlineSeconds)*time.Second + timeoutMargin).String()
}

// register registers the Job. A Job never runs twice: its spec is immutable, so changes are ignored, and it has no TTL,
// because a refresh would create it again after that. To run again, it needs another name. Changes of its annotations are
// ignored too: with another field manager, the provider would leave the ignored spec to the former one, and then remove it.
func (j *job) register(w *manifest.Writer, dependencies ...pulumi.Resource) (pulumi.Resource, error) {
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
			"template":              j.pod.template(),
		},
	},
		pulumi.DependsOn(dependencies),
		pulumi.IgnoreChanges([]string{"spec", "metadata.annotations"}),
		pulumi.Protect(false), pulumi.RetainOnDelete(false), // the next Job replaces it
		pulumi.Timeouts(&pulumi.CustomTimeouts{Create: j.timeout(), Update: j.timeout()}))
	if err != nil {
		return nil, fmt.Errorf("registering the Job %s: %w", j.pulumiName, err)
	}
	return resource, nil
}
