package conformance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// token is the type token of a kind.
func token(apiVersion, kind string) string {
	if !strings.Contains(apiVersion, "/") {
		apiVersion = "core/" + apiVersion
	}
	return "kubernetes:" + apiVersion + ":" + kind
}

// parse reads a manifest. NS in it is the namespace of the row, ACCOUNT its account.
func (s *side) parse(manifest string) properties {
	var parsed properties
	require.NoError(s, yaml.Unmarshal([]byte(strings.NewReplacer("NS", s.namespace, "ACCOUNT", s.account).Replace(manifest)), &parsed), manifest)
	metadata, _ := parsed["metadata"].(properties)
	if metadata != nil && metadata["namespace"] == nil && parsed["kind"] != "Namespace" {
		metadata["namespace"] = s.namespace
	}
	return parsed
}

// planned is a resource that the engine has checked.
type planned struct {
	typ, name string
	inputs    resource.PropertyMap
	old       *made // nil: there is none
}

func (p planned) urn() string   { return "urn:pulumi:test::test::" + p.typ + "::" + p.name }
func (p planned) label() string { return p.typ[strings.LastIndex(p.typ, ":")+1:] + " " + p.name }

// check is the first call for a resource. The resource's name in the program is that of the object, unless the manifest says "as".
func (s *side) check(manifest properties) planned {
	name, named := manifest["as"].(string)
	if delete(manifest, "as"); !named {
		name, _ = manifest["metadata"].(properties)["name"].(string)
	}
	p := planned{typ: token(fmt.Sprint(manifest["apiVersion"]), fmt.Sprint(manifest["kind"])), name: name}
	p.old = s.state[p.label()]
	olds := resource.PropertyMap{}
	if p.old != nil {
		olds = p.old.inputs
	}
	resp, err := s.kube.Check(s.Context(), &pulumirpc.CheckRequest{
		Urn: p.urn(), Type: p.typ, Name: name, Olds: s.encoded(olds), News: s.encode(manifest), RandomSeed: []byte("seed"),
	})
	s.tell("check "+p.label(), err)
	if err == nil {
		p.inputs = s.decoded(resp.Inputs)
		for _, f := range resp.Failures {
			s.say("  %s: %s", f.Property, f.Reason)
		}
	}
	return p
}

// preview is what a preview does with a resource.
func (s *side) preview(manifest string) { s.previewed(s.parse(manifest)) }

func (s *side) previewed(manifest properties) {
	p := s.check(manifest)
	if p.inputs == nil {
		return
	}
	if p.old == nil {
		resp, err := s.kube.Create(s.Context(), &pulumirpc.CreateRequest{Urn: p.urn(), Type: p.typ, Name: p.name, Properties: s.encoded(p.inputs), Preview: true})
		s.tell("preview "+p.label(), err)
		s.outputs(p.inputs, resp.GetProperties())
		return
	}
	if s.diff(p) {
		return
	}
	resp, err := s.kube.Update(s.Context(), &pulumirpc.UpdateRequest{
		Id: p.old.id, Urn: p.urn(), Type: p.typ, Name: p.name, OldInputs: s.encoded(p.old.inputs), Olds: s.encoded(p.old.outputs), News: s.encoded(p.inputs), Preview: true,
	})
	s.tell("preview "+p.label(), err)
	s.outputs(p.inputs, resp.GetProperties())
}

// up is what an up does with resources, one after the other: it creates, replaces or updates each.
func (s *side) up(manifests ...string) {
	for _, manifest := range manifests {
		p := s.check(s.parse(manifest))
		switch {
		case p.inputs == nil:
		case p.old == nil:
			s.create(p)
		case s.diff(p):
			s.remove(p.old) // the rows replace objects of the same name
			s.create(p)
		default:
			s.update(p)
		}
	}
}

// diff tells whether the resource is replaced.
func (s *side) diff(p planned) bool {
	resp, err := s.kube.Diff(s.Context(), &pulumirpc.DiffRequest{
		Id: p.old.id, Urn: p.urn(), Type: p.typ, Name: p.name, OldInputs: s.encoded(p.old.inputs), Olds: s.encoded(p.old.outputs), News: s.encoded(p.inputs),
	})
	s.tell("diff "+p.label(), err)
	slices.Sort(resp.GetReplaces())
	s.say("  changes %v, replaces %v, delete before replace %v", resp.GetDiffs(), resp.GetReplaces(), resp.GetDeleteBeforeReplace())
	return len(resp.GetReplaces()) > 0
}

func (s *side) create(p planned) {
	resp, err := s.kube.Create(s.Context(), &pulumirpc.CreateRequest{
		Urn: p.urn(), Type: p.typ, Name: p.name, Properties: s.encoded(p.inputs), Timeout: s.timeout,
	})
	s.keep("create", p, resp.GetId(), answer{resp.GetProperties(), err})
}

func (s *side) update(p planned) {
	resp, err := s.kube.Update(s.Context(), &pulumirpc.UpdateRequest{
		Id: p.old.id, Urn: p.urn(), Type: p.typ, Name: p.name, OldInputs: s.encoded(p.old.inputs), Olds: s.encoded(p.old.outputs), News: s.encoded(p.inputs), Timeout: s.timeout,
	})
	s.keep("update", p, p.old.id, answer{resp.GetProperties(), err})
}

// keep puts a resource into the state, also one that is not ready.
func (s *side) keep(call string, p planned, id string, a answer) {
	s.tell(call+" "+p.label(), a.err)
	if failed := initFailed(a.err); failed != nil {
		id, a.properties = failed.Id, failed.Properties
	} else if a.err != nil {
		return
	}
	s.outputs(p.inputs, a.properties)
	s.state[p.label()] = &made{typ: p.typ, name: p.name, id: id, inputs: p.inputs, outputs: s.decoded(a.properties)}
}

// down deletes a resource.
func (s *side) down(label string) { s.remove(s.state[label]) }

func (s *side) remove(m *made) {
	if m == nil {
		return // it was not created, and the transcript says why
	}
	p := planned{typ: m.typ, name: m.name}
	_, err := s.kube.Delete(s.Context(), &pulumirpc.DeleteRequest{
		Id: m.id, Urn: p.urn(), Type: p.typ, Name: p.name, OldInputs: s.encoded(m.inputs), Properties: s.encoded(m.outputs), Timeout: s.timeout,
	})
	s.tell("delete "+p.label(), err)
	delete(s.state, p.label())
}

// refresh reads a resource, and says which of its inputs are others now.
func (s *side) refresh(label string) {
	m := s.state[label]
	if m == nil {
		return // it was not created, and the transcript says why
	}
	p := planned{typ: m.typ, name: m.name}
	resp, err := s.kube.Read(s.Context(), &pulumirpc.ReadRequest{
		Id: m.id, Urn: p.urn(), Type: p.typ, Name: p.name, Inputs: s.encoded(m.inputs), Properties: s.encoded(m.outputs),
	})
	s.tell("read "+label, err)
	if resp.GetId() == "" {
		s.say("  gone")
		return
	}
	inputs := s.decoded(resp.Inputs)
	if diff := m.inputs.Diff(inputs); diff != nil {
		s.say("  changed: %v", diff.ChangedKeys())
	}
	s.outputs(m.inputs, resp.Properties)
	m.inputs, m.outputs = inputs, s.decoded(resp.Properties)
}
