package k8s

import (
	"fmt"
	"path"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	// PoolerReplicas is the number of pods; while they are replaced there is one more.
	PoolerReplicas = 2
	// rolloutTimeout is how long a run waits for the pods, the old ones' leave among it.
	rolloutTimeout = "10m0s"
	// The pods' leave: until the Service has forgotten them, and then until every transaction has ended. PgBouncer closes
	// the clients between two transactions on SIGINT; on SIGTERM, which comes after this script, it would wait for clients
	// that keep their connections, and be killed in the middle of something.
	leave        = "sleep 5; kill -INT 1; sleep 60"
	leaveSeconds = 75
	// What a pod may take: about 15 MB, and 50 kB for each client (docs/pooling.md). It is one thread.
	poolerCPU     = "100m"
	poolerCPUMost = "1"
	poolerMemory  = "256Mi"
)

// deployment registers the pods, and returns when they are there. Another secret or other settings replace them, one by
// one: they are part of the pods, by the name of an entry and the name of a ConfigMap.
func (p *pooler) deployment(settings pulumi.StringInput, needs ...pulumi.Resource) (pulumi.Resource, error) {
	metadata := p.own(p.name)
	if p.args.Reload {
		metadata["annotations"] = object{"secret.reloader.stakater.com/reload": p.args.TLSSecret}
	}
	deployment, err := p.register("apps/v1", "Deployment", p.name, object{
		"metadata": metadata,
		"spec": object{
			"replicas": PoolerReplicas,
			"selector": selector(p.labels()),
			"strategy": object{"type": "RollingUpdate", "rollingUpdate": object{"maxUnavailable": 0, "maxSurge": 1}},
			"template": object{"metadata": object{"labels": p.labels()}, "spec": p.pod(settings)},
		},
	}, pulumi.DependsOn(needs), pulumi.Timeouts(&pulumi.CustomTimeouts{Create: rolloutTimeout, Update: rolloutTimeout}))
	if err != nil {
		return nil, fmt.Errorf("registering the deployment %s: %w", p.name, err)
	}
	return deployment, nil
}

func (p *pooler) pod(settings pulumi.StringInput) object {
	return object{
		"serviceAccountName":            p.name,
		"automountServiceAccountToken":  false,
		"enableServiceLinks":            false,
		"terminationGracePeriodSeconds": leaveSeconds,
		"securityContext":               podSecurity(),
		"affinity": object{"podAntiAffinity": object{"preferredDuringSchedulingIgnoredDuringExecution": list{object{
			"weight":          100,
			"podAffinityTerm": object{"labelSelector": selector(p.labels()), "topologyKey": "kubernetes.io/hostname"},
		}}}},
		"topologySpreadConstraints": list{object{
			"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": selector(p.labels()),
		}},
		"containers": list{p.container()},
		"volumes":    p.volumes(settings),
	}
}

func (p *pooler) container() object {
	return object{
		"name":            "pgbouncer",
		"image":           p.args.Image,
		"imagePullPolicy": "Always",
		"command":         list{"pgbouncer", path.Join(settingsDir, settings)},
		// Held back until the Secret is of this version, as a migration is.
		"env":             list{fromSecret(&p.args.Source, "DB_SECRET_VERSION", versionKey(p.args.RemoteVersion))},
		"ports":           list{object{"name": "postgresql", "containerPort": PoolerPort}},
		"securityContext": containerSecurity(),
		"resources": object{
			"requests": object{"cpu": poolerCPU, "memory": poolerMemory, "ephemeral-storage": ephemeralStorage},
			"limits":   object{"cpu": poolerCPUMost, "memory": poolerMemory, "ephemeral-storage": ephemeralStorage},
		},
		// None for liveness: the kernel takes connections also for a process that hangs, and one that ends starts again.
		"readinessProbe": object{"tcpSocket": object{"port": PoolerPort}, "periodSeconds": 5, "timeoutSeconds": 2},
		"lifecycle":      object{"preStop": object{"exec": object{"command": list{"/bin/sh", "-c", leave}}}},
		"volumeMounts":   p.mounts(),
	}
}

// readable lets the pod's group alone read what is secret.
const readable = 0o440

func (p *pooler) volumes(settings pulumi.StringInput) list {
	return append(list{
		object{"name": "settings", "configMap": object{"name": settings}},
		object{"name": "logins", "secret": object{
			"secretName": p.args.SecretName, "defaultMode": readable, "items": list{object{"key": userlist, "path": userlist}},
		}},
		object{"name": "tls", "secret": object{"secretName": p.args.TLSSecret, "defaultMode": readable}},
	}, p.args.CaBundle.volume()...)
}

func (p *pooler) mounts() list {
	var mounts list
	for _, one := range [][2]string{{"settings", settingsDir}, {"logins", loginsDir}, {"tls", tlsDir}} {
		mounts = append(mounts, object{"name": one[0], "mountPath": one[1], "readOnly": true})
	}
	return append(mounts, p.args.CaBundle.mount()...)
}

// served registers what clients find the pods by, and what keeps one of them there while nodes are drained.
func (p *pooler) served(deployment pulumi.Resource) ([]pulumi.Resource, error) {
	needs := pulumi.DependsOn([]pulumi.Resource{deployment})
	service, err := p.register("v1", "Service", p.name, object{
		"metadata": p.own(p.name),
		"spec": object{
			"type": "ClusterIP", "selector": p.labels(),
			"ports": list{object{"name": "postgresql", "port": PoolerPort, "targetPort": PoolerPort, "protocol": "TCP"}},
		},
	}, needs)
	if err != nil {
		return nil, fmt.Errorf("registering the service %s: %w", p.name, err)
	}
	budget, err := p.register("policy/v1", "PodDisruptionBudget", p.name, object{
		"metadata": p.own(p.name), "spec": object{"maxUnavailable": 1, "selector": selector(p.labels())},
	}, needs)
	if err != nil {
		return nil, fmt.Errorf("registering the disruption budget %s: %w", p.name, err)
	}
	return []pulumi.Resource{deployment, service, budget}, nil
}
