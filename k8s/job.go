package k8s

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// awaitSlack is what the provider waits beyond the Job's own deadline, so that the Job ends first and
// the error says why.
const awaitSlack = 2 * time.Minute

// jobArgs is how a work is run once.
type jobArgs struct {
	pulumiName      string
	name            pulumi.StringInput
	annotations     object
	backoffLimit    int
	deadlineSeconds int
}

// timeout is how long the provider waits for the Job.
func (j jobArgs) timeout() string {
	return (time.Duration(j.deadlineSeconds)*time.Second + awaitSlack).String()
}

// job registers a Job. One that ran never runs again: its spec cannot change and is ignored, and it has no TTL, after
// which a refresh would create it anew. What is to run again has another name. Its annotations stay as they are, too:
// under another field manager the provider would leave the ignored spec to the former one, and then take it away.
func (o *objects) job(args jobArgs, w *work, needs ...pulumi.Resource) (pulumi.Resource, error) {
	metadata := object{"name": args.name, "namespace": o.namespace, "labels": labels(o.app, w.component)}
	if args.annotations != nil {
		metadata["annotations"] = args.annotations
	}
	job, err := o.register("batch/v1", "Job", args.pulumiName, object{
		"metadata": metadata,
		"spec": object{
			"backoffLimit":          args.backoffLimit,
			"activeDeadlineSeconds": args.deadlineSeconds,
			"template": object{
				"metadata": object{"labels": labels(o.app, w.component)},
				"spec":     w.pod(o.app),
			},
		},
	},
		pulumi.DependsOn(needs),
		pulumi.IgnoreChanges([]string{"spec", "metadata.annotations"}),
		pulumi.Protect(false), pulumi.RetainOnDelete(false), // the next Job takes its place
		pulumi.Timeouts(&pulumi.CustomTimeouts{Create: args.timeout(), Update: args.timeout()}))
	if err != nil {
		return nil, fmt.Errorf("registering the Job %s: %w", args.pulumiName, err)
	}
	return job, nil
}

// connectTimeoutSeconds ends an attempt to connect that nobody answers: a network policy may drop the first packets of a
// new pod, and libpq, which has no limit of its own, would wait until the Job's deadline instead of being tried again.
const connectTimeoutSeconds = 10

// sessionLimits are the variables by which libpq, and with it psql and psycopg, limits how long a session waits for the
// server, for a lock and for a statement. A statement whose client is gone would run on without a limit.
func sessionLimits(lockTimeoutSeconds, statementTimeoutSeconds int) list {
	return list{
		variable("PGCONNECT_TIMEOUT", strconv.Itoa(connectTimeoutSeconds)),
		variable("PGOPTIONS", fmt.Sprintf("-c lock_timeout=%ds -c statement_timeout=%ds", lockTimeoutSeconds, statementTimeoutSeconds)),
	}
}

// digest is ten hexadecimal digits of a hash of several parts.
func digest(parts ...string) string {
	hash := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(hash, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(hash.Sum(nil))[:10]
}
