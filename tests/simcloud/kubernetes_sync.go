package simcloud

import (
	"context"
	"errors"
	"time"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud/kube"
)

// forceSync is an annotation that the operator does not know. It reconciles an object whose annotations change.
const forceSync = "simcloud/sync"

// syncs is how long the operator may take for an object. It takes less than a second, and says nothing of one that failed as before.
const syncs = 3 * time.Second

// sync is Sync of a real cluster.
func (c Cluster) sync() error {
	client, err := c.admin()
	if err != nil {
		return err
	}
	for _, kind := range []string{secretStoreType, clusterSecretStoreType, externalSecretType} {
		for _, o := range c.list("", kind) {
			if err := c.reconcile(client, o); err != nil {
				return err
			}
		}
	}
	for _, job := range c.list("", jobType) {
		if ended := job.Is("Complete") || job.Is("Failed"); ended && job.Properties.Map("spec")["ttlSecondsAfterFinished"] != nil {
			if err := c.remove(jobType, job.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// reconcile makes the operator look at an object, and waits until it has.
func (c Cluster) reconcile(client *kube.Client, o Object) error {
	before := o.Properties.Text("status", "syncedResourceVersion")
	annotate := func(value any) error {
		return c.edit(o.Kind, o.ID, func(p Properties) {
			if p.Map("metadata", "annotations") == nil {
				p.Map("metadata")["annotations"] = map[string]any{}
			}
			if p.Map("metadata", "annotations")[forceSync] = value; value == nil {
				delete(p.Map("metadata", "annotations"), forceSync)
			}
		})
	}
	err := annotate(time.Now().Format(time.RFC3339Nano))
	for end := time.Now().Add(syncs); err == nil && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		live, failure := client.Read(context.Background(), identified(o.Kind, o.ID))
		if failure != nil || live == nil {
			return errors.Join(failure, err)
		}
		now := Object{Kind: o.Kind, Properties: live.Object}
		if now.Is("Ready") && (o.Kind != externalSecretType || before != now.Properties.Text("status", "syncedResourceVersion")) {
			break
		}
	}
	return errors.Join(err, annotate(nil))
}
