package conformance

import "strings"

// deployment is a Deployment with a label, an image and a command; "skip": nobody waits for it.
func deployment(label, image, command string) string {
	annotation := ""
	if command == "skip" {
		annotation, command = "pulumi.com/skipAwait: 'true'", "[sleep, '30']"
	}
	return formatted("{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, annotations: {%s}}, spec: {replicas: 1, selector: {matchLabels: {app: %s}}, "+
		"template: {metadata: {labels: {app: %s}}, spec: {%s, containers: [%s]}}}}",
		annotation, label, label, secure, strings.Replace(container("c", command, ""), "image: app", "image: "+image, 1))
}

func service(selector string) string {
	return "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: " + selector + ", ports: [{port: 80}]}}"
}

const deploymentType = "kubernetes:apps/v1:Deployment"

func workloadRows() []row {
	return []row{
		{name: "a Deployment", do: func(s *side) {
			s.up(deployment("a", "app", "[sleep, '30']"))
			s.down("Deployment d")
			s.get(deploymentType, "d")
		}},
		{name: "a Deployment whose image cannot be pulled", differs: everyImage, do: func(s *side) {
			s.timeout = 2
			s.up(deployment("a", "missing", "[sleep, '30']"))
		}},
		{name: "a Deployment without its Secret", do: func(s *side) {
			s.timeout = 2
			s.up(strings.Replace(deployment("a", "app", "[sleep, '30']"), "image: app", "image: app, envFrom: [{secretRef: {name: x}}]", 1))
		}},
		{name: "a Deployment without its ServiceAccount", do: func(s *side) {
			s.timeout = 2
			s.up(strings.Replace(deployment("a", "app", "[sleep, '30']"), "containers:", "serviceAccountName: missing, containers:", 1))
		}},
		{name: "a Deployment that nobody waits for", do: func(s *side) { s.up(deployment("a", "app", "skip")) }},
		{name: "a Service with a pod", do: func(s *side) {
			s.up(deployment("a", "app", "[sleep, '30']"))
			s.timeout = 1
			s.up(service("{app: a}"))
			s.down("Service s")
		}},
		{name: "a Service without a pod", do: func(s *side) { s.timeout = 1; s.up(service("{app: a}")) }},
		{name: "a Service without a selector", do: func(s *side) { s.timeout = 1; s.up(service("{}")) }},
		{name: "a Service that nobody waits for", do: func(s *side) {
			s.up(strings.Replace(service("{app: a}"), "name: s}", "name: s, annotations: {pulumi.com/skipAwait: 'true'}}", 1))
		}},
		{name: "a headless Service", do: func(s *side) {
			s.up(strings.Replace(service("{app: a}"), "ports:", "clusterIP: None, ports:", 1))
		}},
		{name: "a disruption budget", do: func(s *side) {
			s.up("{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: b}, spec: {maxUnavailable: 1, selector: {matchLabels: {app: a}}}}")
		}},
		{name: "a namespace goes with what is in it", do: func(s *side) {
			s.up("{apiVersion: v1, kind: Namespace, metadata: {name: NS-own}}", account("namespace: NS-own"))
			s.down("ServiceAccount a")
			s.down("Namespace " + s.namespace + "-own")
		}},
	}
}
