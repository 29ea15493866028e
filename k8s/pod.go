package k8s

import (
	"fmt"
	"path"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	// userID is not root and not a user of the node; linters ask for 10000 and more.
	userID = 10001
	// ephemeralStorage is for the writable /tmp and the logs.
	ephemeralStorage = "256Mi"
	// caVolume is the volume with the certificates that the server's is checked against.
	caVolume = "ca-bundle"
	// everyNode is a label that all nodes of an EKS cluster have with the same value.
	everyNode = "topology.kubernetes.io/region"
)

// pod satisfies the Pod Security standard "restricted".
func (b *builder) pod() corev1.PodSpecArgs {
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
		Affinity:   b.alone(),
		Containers: corev1.ContainerArray{b.container()},
		Volumes:    b.volumes(),
	}
}

// alone keeps a migration waiting while another one of the application runs: the scheduler does not place its pod.
// Two that ran at once would both start from the same revision; Alembic takes no lock.
func (b *builder) alone() corev1.AffinityArgs {
	return corev1.AffinityArgs{PodAntiAffinity: corev1.PodAntiAffinityArgs{
		RequiredDuringSchedulingIgnoredDuringExecution: corev1.PodAffinityTermArray{corev1.PodAffinityTermArgs{
			LabelSelector: metav1.LabelSelectorArgs{MatchLabels: b.migrationLabels()},
			TopologyKey:   pulumi.String(everyNode),
		}},
	}}
}

func (b *builder) container() corev1.ContainerArgs {
	m := b.args.Migration
	resources := pulumi.StringMap{
		"cpu":               pulumi.String(m.CPU),
		"memory":            pulumi.String(m.Memory),
		"ephemeral-storage": pulumi.String(ephemeralStorage),
	}
	return corev1.ContainerArgs{
		Name:            pulumi.String("migration"),
		Image:           pulumi.String(m.Image),
		ImagePullPolicy: pulumi.String("Always"),
		Command:         pulumi.ToStringArray(m.program()),
		Env:             b.environment(),
		SecurityContext: corev1.SecurityContextArgs{
			AllowPrivilegeEscalation: pulumi.Bool(false),
			ReadOnlyRootFilesystem:   pulumi.Bool(true),
			Capabilities:             corev1.CapabilitiesArgs{Drop: pulumi.StringArray{pulumi.String("ALL")}},
		},
		Resources: corev1.ResourceRequirementsArgs{Requests: resources, Limits: resources},
		// The end of the log becomes part of the pod's status, and so of the error of the run.
		TerminationMessagePolicy: pulumi.String("FallbackToLogsOnError"),
		VolumeMounts:             b.mounts(),
	}
}

// environment is every entry of the Secret under its own name, what the migration's session may take, and the
// version of the connection secret: until the Secret has that one, the kubelet holds the container back, so that
// no migration starts with an older password.
func (b *builder) environment() corev1.EnvVarArray {
	env := corev1.EnvVarArray{}
	for _, key := range Keys() {
		env = append(env, b.fromSecret(key.Name, pulumi.String(key.Name)))
	}
	return append(env,
		b.fromSecret("DB_SECRET_VERSION", versionKey(b.args.RemoteVersion)),
		corev1.EnvVarArgs{Name: pulumi.String("PGOPTIONS"), Value: pulumi.String(b.args.Migration.sessionOptions())})
}

func (b *builder) fromSecret(name string, key pulumi.StringInput) corev1.EnvVarArgs {
	return corev1.EnvVarArgs{
		Name: pulumi.String(name),
		ValueFrom: corev1.EnvVarSourceArgs{SecretKeyRef: corev1.SecretKeySelectorArgs{
			Name: pulumi.String(b.args.SecretName), Key: key,
		}},
	}
}

// sessionOptions limits what the migration's session waits for and runs; libpq, and with it psycopg, hands
// them to the server. A statement whose client is gone would run on without a limit.
func (m *Migration) sessionOptions() string {
	return fmt.Sprintf("-c lock_timeout=%ds -c statement_timeout=%ds", m.LockTimeoutSeconds, m.StatementTimeoutSeconds)
}

func (b *builder) volumes() corev1.VolumeArray {
	volumes := corev1.VolumeArray{corev1.VolumeArgs{
		Name: pulumi.String("tmp"), EmptyDir: corev1.EmptyDirVolumeSourceArgs{},
	}}
	if bundle := b.args.Migration.CaBundle; bundle.ConfigMap != "" {
		volumes = append(volumes, corev1.VolumeArgs{
			Name: pulumi.String(caVolume), ConfigMap: corev1.ConfigMapVolumeSourceArgs{Name: pulumi.String(bundle.ConfigMap)},
		})
	}
	return volumes
}

func (b *builder) mounts() corev1.VolumeMountArray {
	mounts := corev1.VolumeMountArray{corev1.VolumeMountArgs{Name: pulumi.String("tmp"), MountPath: pulumi.String("/tmp")}}
	if bundle := b.args.Migration.CaBundle; bundle.ConfigMap != "" {
		// One file, so that whatever else the image has beside it stays in sight.
		mounts = append(mounts, corev1.VolumeMountArgs{
			Name: pulumi.String(caVolume), MountPath: pulumi.String(bundle.Path), SubPath: pulumi.String(path.Base(bundle.Path)),
			ReadOnly: pulumi.Bool(true),
		})
	}
	return mounts
}
