package k8s

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// awaitSlack is what the provider waits beyond the Job's own deadline, so that the Job ends first and
// the error says why.
const awaitSlack = 2 * time.Minute

// Revision identifies what the migration runs: ten hexadecimal digits of a hash of image, command,
// database and attempt. Deadlines and resources are not part of it; they do not change the schema.
func (m *Migration) Revision() string {
	hash := sha256.New()
	for _, part := range append([]string{m.Image, m.Database, strconv.Itoa(m.Attempt)}, m.Command...) {
		fmt.Fprintf(hash, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(hash.Sum(nil))[:10]
}

// JobName is the name of the revision's Job.
func (m *Migration) JobName(app string) string { return naming.MigrationJob(app, m.Revision()) }

// migration registers the Job. Its Pulumi name is that of the revision: a new revision is a new resource,
// created before the old Job goes, and an old one never runs again: its spec cannot change and is
// ignored, and it has no TTL, after which a refresh would create it anew.
func (b *builder) migration(name string, account, synced pulumi.Resource) error {
	m := b.args.Migration
	policy, err := b.networkPolicy(account)
	if err != nil {
		return err
	}
	metadata := b.metadata(name)
	metadata["labels"] = b.migrationLabels()
	_, err = b.register("batch/v1", "Job", name, object{
		"metadata": metadata,
		"spec": object{
			"backoffLimit":          m.BackoffLimit,
			"activeDeadlineSeconds": m.DeadlineSeconds,
			"template": object{
				"metadata": object{"labels": b.migrationLabels()},
				"spec":     b.pod(),
			},
		},
	},
		pulumi.DependsOn([]pulumi.Resource{synced, policy}),
		pulumi.IgnoreChanges([]string{"spec"}),
		pulumi.Protect(false), pulumi.RetainOnDelete(false), // the next revision's Job takes its place
		pulumi.Timeouts(&pulumi.CustomTimeouts{Create: m.timeout(), Update: m.timeout()}))
	if err != nil {
		return fmt.Errorf("registering the migration %s: %w", name, err)
	}
	return nil
}

// migrationLabels are on the Jobs and pods of all revisions, and on nothing else.
func (b *builder) migrationLabels() object { return b.labels("migration") }

// timeout is how long the provider waits for the Job.
func (m *Migration) timeout() string {
	return (time.Duration(m.DeadlineSeconds)*time.Second + awaitSlack).String()
}
