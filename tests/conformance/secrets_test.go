package conformance

import "strings"

func secretRows() []row {
	const version = "00000000-0000-4000-8000-000000000001"
	with := func(external string) func(s *side) {
		return func(s *side) {
			s.timeout = 3
			s.role("reader")
			s.secret("db", `{"url":"old","port":5432}`, `{"url":"postgresql://a:b@c/d","port":5432,"more":{"a":[1,2]},"none":null,"yes":true}`)
			s.secret("db-text", "plain")
			s.secret("db-empty")
			s.secret("other", `{"url":"x"}`)
			s.up(reader, store, external)
			s.refresh("ExternalSecret e")
			s.get(secretType, "e")
		}
	}
	entry := func(key, more string) string {
		return "data: [{secretKey: DB_URL, remoteRef: {key: " + key + ", " + more + "}}]"
	}
	const url = "data: [{secretKey: url, remoteRef: {key: db, property: url}}]"
	target := func(fields string) string { return url + ", target: {" + fields + "}" }
	rows := []row{
		{name: "a property", do: with(external(entry("db", "property: url")))},
		{name: "a number", do: with(external(entry("db", "property: port")))},
		{name: "an object as a property", do: with(external(entry("db", "property: more")))},
		{name: "null as a property", do: with(external(entry("db", "property: none")))},
		{name: "a property within a property", differs: "the simulation knows the first level alone, as the program does", do: with(external(entry("db", "property: more.a")))},
		{name: "the whole value", do: with(external(entry("db", "")))},
		{name: "a value that is no JSON", do: with(external(entry("db-text", "")))},
		{name: "a property that is not there", do: with(external(entry("db", "property: host")))},
		{name: "a property of what is no JSON", do: with(external(entry("db-text", "property: url")))},
		{name: "a secret that is not there", do: with(external(entry("db-missing", "property: url")))},
		{name: "a secret without a value", do: with(external(entry("db-empty", "property: url")))},
		{name: "a secret that the role may not read", do: with(external(entry("other", "property: url")))},
		{name: "the former version", do: with(external(entry("db", "version: AWSPREVIOUS, property: url")))},
		{name: "a version that is not there", do: with(external(entry("db", "version: uuid/"+version)))},
		{name: "a stage that is not there", do: with(external(entry("db", "version: NEXT")))},
		{name: "all properties", do: with(external("dataFrom: [{extract: {key: db}}]"))},
		{name: "all properties of what is no JSON", do: with(external("dataFrom: [{extract: {key: db-text}}]"))},
		{name: "all properties of a secret that is not there", do: with(external("dataFrom: [{extract: {key: db-missing}}]"))},
		{name: "all properties, one replaced", do: with(external("dataFrom: [{extract: {key: db}}], data: [{secretKey: url, remoteRef: {key: db-text}}]"))},
		{name: "no entries", do: with(external("target: {}"))},
		{name: "a store that is not there", do: with(strings.Replace(external(url), "name: store,", "name: missing,", 1))},
		{name: "a cluster store that is not there", do: with(strings.Replace(external(url), "name: store, kind: SecretStore", "name: missing, kind: ClusterSecretStore", 1))},
		{name: "a store without a name", do: with(strings.Replace(external(url), "name: store, ", "", 1))},
		{name: "another name of the Secret", do: func(s *side) {
			with(external(target("name: t")))(s)
			s.get(secretType, "t")
			s.up(external(target("name: u")))
			s.eventually(func() bool { return s.find(secretType, "t") == nil })
			s.get(secretType, "t")
			s.get(secretType, "u")
		}},
		{name: "a template", do: with(external(target("template: {data: {A: 'x{{ .url }}'}}")))},
		{name: "a template that merges", do: with(external(target("template: {mergePolicy: Merge, data: {A: 'x{{ .url }}'}}")))},
		{name: "a template with a name that is not there", do: with(external(target("template: {data: {A: '{{ .host }}'}}")))},
		{name: "a template that is none", do: with(external(target("template: {data: {A: '{{ .url '}}")))},
		{name: "a template with a function that is none", do: with(external(target("template: {data: {A: '{{ foo .url }}'}}")))},
		{name: "a template with functions", differs: "the program's templates have none, and those of users are checked by the program", do: with(external(target("template: {data: {A: '{{ .url | upper | b64enc }}'}}")))},
		{name: "a template with metadata and type", do: with(external(target("template: {type: a/b, metadata: {labels: {a: b}, annotations: {c: d}}}")))},
		{name: "an ExternalSecret with labels", do: with(strings.Replace(external(url), "name: e,", "name: e, labels: {a: b},", 1))},
		{name: "creationPolicy Orphan", do: goes(with(external(target("creationPolicy: Orphan"))))},
		{name: "creationPolicy Owner", do: goes(with(external(target("creationPolicy: Owner"))))},
		{name: "creationPolicy Merge without a Secret", do: with(external(target("creationPolicy: Merge")))},
		{name: "deletionPolicy Delete", do: goes(with(external(target("deletionPolicy: Delete"))))},
		{name: "deletionPolicy Retain", do: goes(with(external(target("deletionPolicy: Retain"))))},
		{name: "deletionPolicy Merge", do: goes(with(external(target("deletionPolicy: Merge"))))},
		{name: "a key of a template that is not in the manifest any more, as the program forces", do: func(s *side) {
			s.options["enablePatchForce"] = "true"
			s.reconnect()
			keyed := func(key string) string {
				spec := target("template: {mergePolicy: Merge, data: {" + key + ": x}}")
				return strings.Replace(external(spec), untilReady, "annotations: {pulumi.com/waitFor: condition=Ready, pulumi.com/patchFieldManager: us}", 1)
			}
			with(keyed("KEY_1"))(s)
			s.preview(keyed("KEY_2"))
			s.up(keyed("KEY_2"))
			s.up(keyed("KEY_3"))
			s.eventually(func() bool { return s.data("e", "KEY_3") != "" }) // what a former generation reached was enough for the provider
			s.get(secretType, "e")
		}},
		{name: "an interval in its short form", do: func(s *side) {
			with(external("refreshInterval: 5m, " + url))(s)
			s.up(strings.Replace(external("refreshInterval: 5m, "+url), untilReady, "annotations: {a: b}", 1))
			s.up(strings.Replace(external("refreshInterval: 5m, "+url), untilReady, "annotations: {a: c, pulumi.com/patchForce: 'true'}", 1))
		}},
		{name: "a Secret of nobody", do: func(s *side) {
			s.other("{apiVersion: v1, kind: Secret, metadata: {name: e, labels: {theirs: x}}, type: Opaque, data: {other: eA==}}")
			with(external(url))(s)
		}},
		{name: "creationPolicy Merge with a Secret of nobody", do: func(s *side) {
			s.other("{apiVersion: v1, kind: Secret, metadata: {name: e}, type: Opaque, data: {other: eA==}}")
			goes(with(external(target("creationPolicy: Merge"))))(s)
		}},
		{name: "a Secret of another ExternalSecret", do: func(s *side) {
			with(external(url))(s)
			s.up(strings.Replace(external(target("name: e")), "name: e,", "name: f,", 1))
			s.get(secretType, "e")
		}},
		{name: "a new value after a change of the ExternalSecret", do: func(s *side) {
			with(external("refreshInterval: 1h0m0s, " + url))(s)
			s.newValue("db", `{"url":"new"}`)
			s.up(strings.Replace(external("refreshInterval: 1h0m0s, "+url), untilReady, "annotations: {force-sync: b, pulumi.com/waitFor: condition=Ready}", 1))
			s.eventually(func() bool { return s.data("e", "url") == "bmV3" })
			s.get(secretType, "e")
		}},
		{name: "a Secret that somebody deletes", do: func(s *side) {
			with(external(url))(s)
			s.noError(s.cloud.Remove(secretType, s.namespace+"/e"))
			s.eventually(func() bool { return s.find(secretType, "e") != nil })
			s.get(secretType, "e")
		}},
		{name: "a Secret that somebody edits", do: func(s *side) {
			with(external(url))(s)
			s.edit(secretType, "e", set("eA==", "data", "url"))
			s.eventually(func() bool { return s.data("e", "url") != "eA==" })
			s.get(secretType, "e")
		}},
		{name: "a role that trusts another ServiceAccount", do: func(s *side) {
			s.timeout = 2
			s.role("another")
			s.secret("db", "{}")
			s.up(reader, store, external(url))
		}},
	}
	return rows
}

// goes deletes the ExternalSecret after what a function does, and says whether the Secret goes with it.
func goes(do func(s *side)) func(s *side) {
	return func(s *side) {
		do(s)
		s.down("ExternalSecret e")
		s.get(secretType, "e")
	}
}

// newValue is a new version of a secret.
func (s *side) newValue(name, value string) {
	for _, o := range s.cloud.Objects("aws:secretsmanager/secret:Secret") {
		if o.Properties.Text("name") == name {
			s.inAWS("aws:secretsmanager/secretVersion:SecretVersion", properties{"secretId": o.Properties.Text("arn"), "secretString": value})
		}
	}
}
