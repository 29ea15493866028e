package jobs

import (
	"fmt"
	"strconv"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
)

type (
	object = manifest.Object
	list   = manifest.List
)

// podSpec is the pod of a Job: one container that talks to the database and to nothing else.
type podSpec struct {
	labels  object
	name    string // of the container
	image   string
	command []string
	env     list
	cpu     string
	memory  string
	tls     config.TLS
}

// manifest satisfies the Pod Security standard "restricted".
func (p *podSpec) manifest() object {
	return object{
		"restartPolicy": "Never",
		// It needs no access to the Kubernetes API.
		"automountServiceAccountToken": false,
		"enableServiceLinks":           false,
		"securityContext":              manifest.PodSecurity(),
		"affinity":                     oneAtATime(p.labels),
		"containers":                   list{p.container()},
		"volumes":                      append(list{object{"name": "tmp", "emptyDir": object{}}}, manifest.CaBundleVolumes(p.tls)...),
	}
}

// everyNode is a label that all nodes of an EKS cluster have with the same value.
const everyNode = "topology.kubernetes.io/region"

// oneAtATime keeps a pod pending while another one with the same labels runs. Two migrations that ran at once would both
// start from the same revision; Alembic takes no lock.
func oneAtATime(labels object) object {
	return object{"podAntiAffinity": object{
		"requiredDuringSchedulingIgnoredDuringExecution": list{object{
			"labelSelector": manifest.Selector(labels),
			"topologyKey":   everyNode,
		}},
	}}
}

func (p *podSpec) container() object {
	resources := object{"cpu": p.cpu, "memory": p.memory, "ephemeral-storage": manifest.EphemeralStorage}
	return object{
		"name":            p.name,
		"image":           p.image,
		"imagePullPolicy": "Always",
		"command":         p.command,
		"env":             p.env,
		"securityContext": manifest.ContainerSecurity(),
		"resources":       object{"requests": resources, "limits": resources},
		// The end of the log becomes part of the pod's status, and so of the error of the run.
		"terminationMessagePolicy": "FallbackToLogsOnError",
		"volumeMounts":             append(list{object{"name": "tmp", "mountPath": "/tmp"}}, manifest.CaBundleMounts(p.tls)...),
	}
}

func variable(name, value string) object { return object{"name": name, "value": value} }

// connectTimeoutSeconds limits an attempt to connect: a network policy may drop the first packets of a new pod, and libpq,
// which has no limit of its own, would wait until the Job's deadline instead of trying again.
const connectTimeoutSeconds = 10

// sessionLimits are how long a session waits for a lock, and how long a statement may run; 0: without end. A statement
// whose client is gone would run on without a limit.
type sessionLimits struct{ lockTimeoutSeconds, statementTimeoutSeconds int }

// env sets the limits for libpq, and with it for psql and psycopg.
func (s sessionLimits) env() list {
	return list{
		variable("PGCONNECT_TIMEOUT", strconv.Itoa(connectTimeoutSeconds)),
		variable("PGOPTIONS", fmt.Sprintf("-c lock_timeout=%ds -c statement_timeout=%ds", s.lockTimeoutSeconds, s.statementTimeoutSeconds)),
	}
}
