package conformance

import "github.com/mosaic-stories/mosaic-database/tests/simcloud"

const secretType = "kubernetes:core/v1:Secret"

// account is a ServiceAccount with some metadata.
func account(metadata string) string {
	return "{apiVersion: v1, kind: ServiceAccount, metadata: {name: a, " + metadata + "}}"
}

const (
	accountType = "kubernetes:core/v1:ServiceAccount"
	ours        = "annotations: {pulumi.com/patchFieldManager: us"
)

// other creates an object as another tool does.
func (s *side) other(manifest string) {
	p := s.parse(manifest)
	id := s.namespace + "/" + p["metadata"].(properties)["name"].(string)
	s.noError(s.cloud.Add(simcloud.Object{
		Kind: token(p["apiVersion"].(string), p["kind"].(string)), Cluster: cluster, ID: id, Properties: p,
	}))
}

// edit changes an object as kubectl edit does.
func (s *side) edit(typ, name string, edit func(simcloud.Properties)) {
	s.noError(s.cloud.Edit(typ, s.namespace+"/"+name, edit))
}

func set(value any, path ...string) func(simcloud.Properties) {
	return func(p simcloud.Properties) { change(map[string]any(p), path, value) }
}

func fieldRows() []row {
	return []row{
		{name: "create, change nothing, read, delete", do: func(s *side) {
			s.up(account(ours+"}"), account(ours+"}"))
			s.refresh("ServiceAccount a")
			s.down("ServiceAccount a")
			s.get(accountType, "a")
		}},
		{name: "a namespace that is not there", do: func(s *side) {
			s.timeout = 1
			s.preview(account("namespace: missing"))
			s.up(account("namespace: missing"))
		}},
		{name: "an object that exists", do: func(s *side) {
			s.other(account("labels: {theirs: x}"))
			s.preview(account(ours + ", mine: x}"))
			s.up(account(ours + ", mine: x}"))
			s.get(accountType, "a")
		}},
		{name: "an object that exists, with upsertExistingObjects", do: func(s *side) {
			s.options["upsertExistingObjects"] = "true"
			s.reconnect()
			s.other(account("labels: {theirs: x}"))
			s.preview(account(ours + ", mine: x}"))
			s.up(account(ours + ", mine: x}"))
			s.get(accountType, "a")
		}},
		{name: "a field of another who created the object, with upsertExistingObjects", do: func(s *side) {
			s.options["upsertExistingObjects"] = "true"
			s.reconnect()
			s.other(account("labels: {both: theirs}"))
			s.up(account(ours + "}, labels: {both: ours}"))
			s.get(accountType, "a")
		}},
		{name: "the same value as another, with upsertExistingObjects", do: func(s *side) {
			s.options["upsertExistingObjects"] = "true"
			s.reconnect()
			s.other(account("labels: {both: x}"))
			s.up(account(ours + "}, labels: {both: x}"))
			s.get(accountType, "a")
		}},
		{name: "what kubectl edit adds stays", do: func(s *side) {
			s.up(account(ours + "}"))
			s.edit(accountType, "a", set("x", "metadata", "labels", "theirs"))
			s.up(account(ours + ", mine: x}"))
			s.get(accountType, "a")
			s.refresh("ServiceAccount a")
		}},
		{name: "what kubectl edit changes is changed back", do: func(s *side) {
			s.up(account(ours + "}, labels: {both: ours}"))
			s.edit(accountType, "a", set("theirs", "metadata", "labels", "both"))
			s.refresh("ServiceAccount a")
			s.preview(account(ours + "}, labels: {both: ours}"))
			s.up(account(ours + "}, labels: {both: ours}"))
			s.get(accountType, "a")
		}},
		{name: "patchForce", do: func(s *side) {
			s.options["upsertExistingObjects"] = "true"
			s.reconnect()
			s.other(account("labels: {both: theirs}"))
			s.up(account(ours + ", pulumi.com/patchForce: 'true'}, labels: {both: ours}"))
			s.get(accountType, "a")
		}},
		{name: "a label that is not in the manifest any more", do: func(s *side) {
			s.up(account(ours + "}, labels: {a: x, b: x}"))
			s.up(account(ours + "}, labels: {a: x}"))
			s.get(accountType, "a")
			s.up(account(ours + "}, labels: {a: x, c: x}"))
			s.up(account(ours + "}, labels: {a: x}"))
			s.get(accountType, "a")
		}},
		{name: "a label that changes", do: func(s *side) {
			s.up(account("labels: {a: x}"))
			s.preview(account("labels: {a: w}"))
			s.up(account("labels: {a: z}"))
			s.preview(account("labels: {a: x}"))
			s.up(account("labels: {a: x}"))
			s.get(accountType, "a")
		}},
		{name: "a label that changes, of a named manager", do: func(s *side) {
			s.up(account(ours + "}, labels: {a: x}"))
			s.preview(account(ours + "}, labels: {a: z}"))
			s.up(account(ours + "}, labels: {a: z}"))
			s.get(accountType, "a")
		}},
		{name: "a label of the provider's own manager that is not in the manifest any more", do: func(s *side) {
			s.up(account("labels: {a: x, b: x}"))
			s.up(account("labels: {a: x}"))
			s.get(accountType, "a")
		}},
		{name: "another field manager", do: func(s *side) {
			s.up(account("labels: {a: x, b: x}"))
			s.up(account("annotations: {pulumi.com/patchFieldManager: we}, labels: {a: x}"))
			s.get(accountType, "a")
		}},
		{name: "another field manager instead of a named one", do: func(s *side) {
			s.up(account(ours+"}, labels: {a: x, b: x}"), account(ours+"}, labels: {a: x, b: x, c: x}"))
			s.up(account("annotations: {pulumi.com/patchFieldManager: we}, labels: {a: x}"))
			s.get(accountType, "a")
		}},
		{name: "an object that is gone", do: func(s *side) {
			s.up(account(ours + "}"))
			s.noError(s.cloud.Remove(accountType, s.namespace+"/a"))
			s.refresh("ServiceAccount a")
			s.up(account(ours + ", mine: x}"))
			s.down("ServiceAccount a")
		}},
		{name: "a Secret", do: func(s *side) {
			s.up("{apiVersion: v1, kind: Secret, metadata: {name: x}, stringData: {a: b}}")
			s.get(secretType, "x")
			s.refresh("Secret x")
		}},
		{name: "unknown values", do: func(s *side) {
			p := s.parse("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: UNKNOWN, b: x}}")
			p["data"].(properties)["a"] = unknown()
			s.previewed(p)
		}},
		{name: "a generated name", do: func(s *side) {
			s.up("{apiVersion: v1, kind: ConfigMap, as: settings, metadata: {}}", "{apiVersion: v1, kind: ConfigMap, as: settings, metadata: {}, data: {a: b}}")
		}},
	}
}

func replacementRows() []row {
	pair := func(before, after string) func(s *side) {
		return func(s *side) { s.up(before); s.preview(after); s.up(after) }
	}
	return []row{
		{name: "another type of a Secret", do: pair(
			"{apiVersion: v1, kind: Secret, metadata: {name: x}, type: Opaque, stringData: {a: b}}",
			"{apiVersion: v1, kind: Secret, metadata: {name: x}, type: a/b, stringData: {a: b}}")},
		{name: "other data of a Secret", do: pair(
			"{apiVersion: v1, kind: Secret, metadata: {name: x}, stringData: {a: b}}", "{apiVersion: v1, kind: Secret, metadata: {name: x}, stringData: {a: c}}")},
		{name: "other data of a ConfigMap", do: pair(
			"{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, data: {a: b}}", "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, data: {a: c}}")},
		{name: "other data of an immutable ConfigMap", do: pair(
			"{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, immutable: true, data: {a: b}}",
			"{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, immutable: true, data: {a: c}}")},
		{name: "another name", do: pair(
			"{apiVersion: v1, kind: ConfigMap, as: c, metadata: {name: x}}", "{apiVersion: v1, kind: ConfigMap, as: c, metadata: {name: z}}")},
		{name: "another template of a Job", do: pair(job("['true']", ""), job("[sh, -c, 'exit 0']", ""))},
		{name: "another limit of a Job", do: pair(job("['true']", ""), job("['true']", "backoffLimit: 0, activeDeadlineSeconds: 50"))},
		{name: "other labels of a Job", do: func(s *side) {
			s.up(job("['true']", ""))
			p := s.parse(job("['true']", ""))
			p["metadata"].(properties)["labels"] = properties{"a": "x"}
			s.previewed(p)
		}},
		{name: "another selector of a Deployment", do: pair(deployment("a", "app", "[sleep, '30']"), deployment("b", "app", "[sleep, '30']"))},
		{name: "a policy with other ports", do: pair(policy(5432), policy(5433))},
	}
}

func policy(port int) string {
	return formatted("{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p}, spec: {podSelector: {}, policyTypes: [Egress], "+
		"egress: [{ports: [{port: %d, protocol: TCP}], to: [{ipBlock: {cidr: 10.0.0.0/20}}]}]}}", port)
}
