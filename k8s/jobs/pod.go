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

// podSpec is the pod of a Job, with one container.
type podSpec struct {
	labels  object // that objects select the pod by
	name    string // of the container
	image   string
	command []string
	env     list
	cpu     string
	memory  string
	tls     config.TLS
	pods    config.Pods
	account string // ServiceAccount; "": that of the namespace, which has no role
}

// template returns the pod's template. It satisfies the Pod Security Standard "restricted".
func (p *podSpec) template() object {
	spec := object{
		"restartPolicy": "Never",
		"affinity":      oneAtATime(p.labels),
		"containers":    list{p.container()},
		"volumes":       append(list{object{"name": "tmp", "emptyDir": object{}}}, manifest.CaBundleVolumes(p.tls)...),
	}
	if p.account != "" {
		spec["serviceAccountName"] = p.account
	}
	return manifest.PodTemplate(p.pods, p.labels, spec)
}

// regionLabel is a label that all nodes of an EKS cluster have with the same value.
const regionLabel = "topology.kubernetes.io/region"

// oneAtATime returns an affinity that keeps a pod pending while another pod with the same labels runs anywhere in the
// cluster. Alembic takes no lock, so two migrations at a time would both start from the same revision.
func oneAtATime(labels object) object {
	return object{"podAntiAffinity": object{
		"requiredDuringSchedulingIgnoredDuringExecution": list{object{
			"labelSelector": manifest.Selector(labels),
			"topologyKey":   regionLabel,
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
		// The end of the log becomes part of the pod's status, which the provider's error quotes.
		"terminationMessagePolicy": "FallbackToLogsOnError",
		"volumeMounts":             append(list{object{"name": "tmp", "mountPath": "/tmp"}}, manifest.CaBundleMounts(p.tls)...),
	}
}

func variable(name, value string) object { return object{"name": name, "value": value} }

// connectTimeoutSeconds limits an attempt to connect. A network policy may drop the first packets of a new pod, and libpq,
// which has no limit by default, would wait until the Job's deadline instead of trying again.
const connectTimeoutSeconds = 10

// sessionLimits limit how long a session waits for a lock, how long a statement runs, and how long a transaction waits for the
// client; 0: no limit. They take the place of what the server has for applications. Without a limit, a statement goes on even after its
// client has ended.
type sessionLimits struct{ lockTimeoutSeconds, statementTimeoutSeconds, idleTimeoutSeconds int }

// env returns the limits as environment variables of libpq, which psql and psycopg use.
func (s sessionLimits) env() list {
	return list{
		variable("PGCONNECT_TIMEOUT", strconv.Itoa(connectTimeoutSeconds)),
		variable("PGOPTIONS", fmt.Sprintf("-c lock_timeout=%ds -c statement_timeout=%ds -c idle_in_transaction_session_timeout=%ds",
			s.lockTimeoutSeconds, s.statementTimeoutSeconds, s.idleTimeoutSeconds)),
	}
}
