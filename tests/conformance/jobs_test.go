package conformance

import (
	"cmp"
	"fmt"
	"strings"
)

func formatted(format string, args ...any) string { return fmt.Sprintf(format, args...) }

const secure = "securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}"

// container is a container that runs a command.
func container(name, command, more string) string {
	return formatted("{%s, name: %s, image: app, command: %s, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}",
		cmp.Or(more, "imagePullPolicy: Always"), name, command)
}

// job is a Job with one try, with a container that runs a command. More is fields of its spec, or of its container after a bar.
func job(command, more string) string {
	spec, inContainer, _ := strings.Cut(more, "|")
	return jobOf(spec, "containers: ["+container("c", command, inContainer)+"]")
}

// jobOf is a Job with fields of its spec, and of the spec of its pods.
func jobOf(spec, pod string) string {
	return formatted("{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {%s, template: {metadata: {labels: {app: j}}, "+
		"spec: {restartPolicy: Never, %s, %s}}}}", cmp.Or(spec, "backoffLimit: 0"), secure, pod)
}

const ended = "terminationMessagePolicy: FallbackToLogsOnError"

func jobRows() []row {
	up := func(before, manifest string) func(s *side) {
		return func(s *side) {
			if before != "" {
				s.other(before)
			}
			s.up(manifest)
			s.refresh("Job j")
		}
	}
	late := func(before, manifest string) func(s *side) {
		return func(s *side) { s.timeout = 2; up(before, manifest)(s) }
	}
	const settings = "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, data: {a: hello}}"
	const secret = "{apiVersion: v1, kind: Secret, metadata: {name: x}, stringData: {a: hello}}"
	const isHello = `[sh, -c, 'test "$A" = hello']`
	const isNotSet = `[sh, -c, 'test -z "$A"']`
	from := func(kind, more string) string {
		return "env: [{name: A, valueFrom: {" + kind + ": {name: x, " + more + "}}}]"
	}
	return []row{
		{name: "a Job that succeeds", do: func(s *side) {
			up("", job("['true']", ""))(s)
			s.down("Job j")
			s.get(jobType, "j")
		}},
		{name: "a Job that fails", do: up("", job("[sh, -c, 'echo no such revision; exit 1']", ""))},
		{name: "a Job that fails, with last words", do: up("", job("[sh, -c, 'echo no such revision; exit 1']", "|"+ended))},
		{name: "a Job that fails with another code", do: up("", job("[sh, -c, 'exit 3']", ""))},
		{name: "a Job that fails without a word", do: up("", job("[sh, -c, 'exit 1']", "|"+ended))},
		{name: "a Job whose init container fails", do: up("", jobOf("", "initContainers: ["+container("i", "[sh, -c, 'echo no; exit 1']", ended)+"], containers: ["+container("c", "['true']", "")+"]"))},
		{name: "a Job that failed, again", do: func(s *side) {
			up("", job("[sh, -c, 'exit 1']", ""))(s)
			s.up(job("[sh, -c, 'exit 1']", "backoffLimit: 0, activeDeadlineSeconds: 50"))
		}},
		{name: "a Job that failed, with replaceUnready", do: func(s *side) {
			replaced := strings.Replace(job("[sh, -c, 'exit 1']", ""), "name: j}", "name: j, annotations: {pulumi.com/replaceUnready: 'true'}}", 1)
			s.up(replaced)
			s.preview(replaced)
			s.up(replaced)
		}},
		{name: "a Job that takes too long for its deadline", differs: noTime, do: up("", job("[sleep, '3']", "backoffLimit: 0, activeDeadlineSeconds: 1"))},
		{name: "a Job that takes too long for Pulumi", do: func(s *side) {
			s.running()
			late("", job("[sleep, '30']", ""))(s)
		}},
		{name: "a Job that nobody waits for", do: func(s *side) {
			s.up(strings.Replace(job("[sh, -c, 'exit 1']", ""), "name: j}", "name: j, annotations: {pulumi.com/skipAwait: 'true'}}", 1))
			s.eventually(func() bool { return s.condition(jobType, "j", "Failed") != "" })
			s.refresh("Job j")
		}},
		{name: "a Job without its ServiceAccount", do: late("", jobOf("", "serviceAccountName: missing, containers: ["+container("c", "['true']", "")+"]"))},
		{name: "a Job without its Secret", do: late("", job("['true']", "|"+from("secretKeyRef", "key: a")))},
		{name: "a Job without its ConfigMap", do: late("", job("['true']", "|"+from("configMapKeyRef", "key: a")))},
		{name: "a Job without the key of its Secret", do: late(secret, job("['true']", "|"+from("secretKeyRef", "key: b")))},
		{name: "a Job without the key of its ConfigMap", do: late(settings, job("['true']", "|"+from("configMapKeyRef", "key: b")))},
		{name: "a variable of a Secret", do: up(secret, job(isHello, "|"+from("secretKeyRef", "key: a")))},
		{name: "a variable of a ConfigMap", do: up(settings, job(isHello, "|"+from("configMapKeyRef", "key: a")))},
		{name: "an optional variable", do: up("", job(isNotSet, "|"+from("secretKeyRef", "key: a, optional: true")))},
		{name: "an optional key", do: up(settings, job(isNotSet, "|"+from("configMapKeyRef", "key: b, optional: true")))},
		{name: "all variables of a Secret", do: up("{apiVersion: v1, kind: Secret, metadata: {name: x}, stringData: {A: hello}}", job(isHello, "|envFrom: [{secretRef: {name: x}}]"))},
		{name: "all variables of a ConfigMap, with a prefix", do: up("{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, data: {LAST: hello}}", job(`[sh, -c, 'test "$A_LAST" = hello']`, "|envFrom: [{prefix: A_, configMapRef: {name: x}}]"))},
		{name: "all variables of a Secret that is missing", do: late("", job("['true']", "|envFrom: [{secretRef: {name: x}}]"))},
		{name: "all variables of an optional Secret", do: up("", job(isNotSet, "|envFrom: [{secretRef: {name: x, optional: true}}]"))},
		{name: "a variable wins over all variables", do: up("{apiVersion: v1, kind: Secret, metadata: {name: x}, stringData: {A: other}}", job(isHello, "|env: [{name: A, value: hello}], envFrom: [{secretRef: {name: x}}]"))},
		{name: "a volume without its Secret", do: late("", jobOf("", "volumes: [{name: v, secret: {secretName: x}}], containers: ["+container("c", "['true']", "volumeMounts: [{name: v, mountPath: /v}]")+"]"))},
		{name: "a volume without its ConfigMap", do: late("", jobOf("", "volumes: [{name: v, configMap: {name: x}}], containers: ["+container("c", "['true']", "volumeMounts: [{name: v, mountPath: /v}]")+"]"))},
		{name: "an image that cannot be pulled", differs: everyImage, do: late("", strings.Replace(job("['true']", ""), "image: app", "image: missing", 1))},
		{name: "a pod that Pod Security refuses", differs: "the simulated clusters do not know Pod Security; package manifests checks the pods", do: late("", strings.Replace(job("['true']", ""), "allowPrivilegeEscalation: false", "privileged: true", 1))},
		{name: "a Job that waits for another, by its anti-affinity", do: func(s *side) {
			s.timeout = 1
			s.running()
			apart := "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {app: j}}, topologyKey: topology.kubernetes.io/region}]}}, "
			s.up(jobOf("", apart+"containers: ["+container("c", "[sleep, '30']", "")+"]"))
			s.up(strings.Replace(jobOf("", apart+"containers: ["+container("c", "['true']", "")+"]"), "name: j}", "name: k}", 1))
		}},
	}
}

const (
	jobType    = "kubernetes:batch/v1:Job"
	noTime     = "in a simulated cluster no time passes"
	everyImage = "in the simulated clusters every image can be pulled"
)
