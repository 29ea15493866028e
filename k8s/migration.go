package k8s

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	batchv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/batch/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

const (
	// userID is not root and not a user of the node; linters ask for 10000 and more.
	userID = 10001
	// ephemeralStorage is for the writable /tmp and the logs.
	ephemeralStorage = "256Mi"
	// awaitSlack is what the provider waits beyond the Job's own deadline, so that the Job ends first and
	// the error says why.
	awaitSlack = 2 * time.Minute
)

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
func (b *builder) migration(name string, synced pulumi.Resource) error {
	m := b.args.Migration
	labels := b.labels()
	labels["app.kubernetes.io/component"] = pulumi.String("migration")
	metadata := b.metadata(name, nil)
	metadata.Labels = labels
	_, err := batchv1.NewJob(b.ctx, name, &batchv1.JobArgs{
		Metadata: metadata,
		Spec: batchv1.JobSpecArgs{
			BackoffLimit:          pulumi.Int(m.BackoffLimit),
			ActiveDeadlineSeconds: pulumi.Int(m.DeadlineSeconds),
			Template: corev1.PodTemplateSpecArgs{
				Metadata: metav1.ObjectMetaArgs{Labels: labels},
				Spec:     b.pod(),
			},
		},
	}, b.parent,
		pulumi.DependsOn([]pulumi.Resource{synced}),
		pulumi.IgnoreChanges([]string{"spec"}),
		pulumi.Protect(false), // the next revision's Job takes its place
		pulumi.Timeouts(&pulumi.CustomTimeouts{Create: m.timeout(), Update: m.timeout()}))
	if err != nil {
		return fmt.Errorf("registering the migration %s: %w", name, err)
	}
	return nil
}

// timeout is how long the provider waits for the Job.
func (m *Migration) timeout() string {
	return (time.Duration(m.DeadlineSeconds)*time.Second + awaitSlack).String()
}

// pod satisfies the Pod Security standard "restricted".
func (b *builder) pod() corev1.PodSpecArgs {
	m := b.args.Migration
	return corev1.PodSpecArgs{
		RestartPolicy: pulumi.String("Never"),
		// The migration talks to the database alone.
		AutomountServiceAccountToken: pulumi.Bool(false),
		EnableServiceLinks:           pulumi.Bool(false),
		SecurityContext: corev1.PodSecurityContextArgs{
			RunAsNonRoot:   pulumi.Bool(true),
			RunAsUser:      pulumi.Int(userID),
			RunAsGroup:     pulumi.Int(userID),
			FsGroup:        pulumi.Int(userID),
			SeccompProfile: corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
		Containers: corev1.ContainerArray{corev1.ContainerArgs{
			Name:            pulumi.String("migration"),
			Image:           pulumi.String(m.Image),
			ImagePullPolicy: pulumi.String("Always"),
			Command:         pulumi.ToStringArray(m.Command),
			Env:             b.environment(),
			SecurityContext: corev1.SecurityContextArgs{
				AllowPrivilegeEscalation: pulumi.Bool(false),
				ReadOnlyRootFilesystem:   pulumi.Bool(true),
				Capabilities:             corev1.CapabilitiesArgs{Drop: pulumi.StringArray{pulumi.String("ALL")}},
			},
			Resources: corev1.ResourceRequirementsArgs{
				Requests: pulumi.StringMap{
					"cpu":               pulumi.String(m.CPU),
					"memory":            pulumi.String(m.Memory),
					"ephemeral-storage": pulumi.String(ephemeralStorage),
				},
				Limits: pulumi.StringMap{
					"cpu":               pulumi.String(m.CPU),
					"memory":            pulumi.String(m.Memory),
					"ephemeral-storage": pulumi.String(ephemeralStorage),
				},
			},
			VolumeMounts: corev1.VolumeMountArray{corev1.VolumeMountArgs{
				Name: pulumi.String("tmp"), MountPath: pulumi.String("/tmp"),
			}},
		}},
		Volumes: corev1.VolumeArray{corev1.VolumeArgs{
			Name: pulumi.String("tmp"), EmptyDir: corev1.EmptyDirVolumeSourceArgs{},
		}},
	}
}

// environment brings every key of the Secret to the container under its own name.
func (b *builder) environment() corev1.EnvVarArray {
	env := corev1.EnvVarArray{}
	for _, key := range Keys() {
		env = append(env, corev1.EnvVarArgs{
			Name: pulumi.String(key.Name),
			ValueFrom: corev1.EnvVarSourceArgs{SecretKeyRef: corev1.SecretKeySelectorArgs{
				Name: pulumi.String(b.args.SecretName), Key: pulumi.String(key.Name),
			}},
		})
	}
	return env
}
