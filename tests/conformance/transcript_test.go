package conformance

import (
	"encoding/base64"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"
	"sigs.k8s.io/yaml"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

type answer struct {
	properties *structpb.Struct
	err        error
}

func (s *side) say(format string, args ...any) {
	fmt.Fprintf(&s.said, format+"\n", args...)
}

// tell says how a call ended. What it answers to a partial failure is in the reasons.
func (s *side) tell(call string, err error) {
	if err == nil {
		s.say("%s: done", call)
		return
	}
	if failed := initFailed(err); failed != nil {
		s.say("%s: not ready", call)
		for _, reason := range failed.Reasons {
			s.say("  - %s", reason)
		}
		return
	}
	s.say("%s: %s", call, status.Convert(err).Message())
}

func initFailed(err error) *pulumirpc.ErrorResourceInitFailed {
	for _, detail := range status.Convert(err).Details() {
		if failed, ok := detail.(*pulumirpc.ErrorResourceInitFailed); ok {
			return failed
		}
	}
	return nil
}

// outputs says what of the inputs is another value in the outputs, and the conditions. What else the outputs have is the API server's: uid,
// generation, resourceVersion, managedFields and times of the metadata, defaults of the spec, and the rest of the status.
func (s *side) outputs(inputs resource.PropertyMap, outputs *structpb.Struct) {
	if outputs == nil {
		return
	}
	was, now := resource.NewProperty(inputs).Mappable(), map[string]any(outputs.AsMap())
	s.differences("  ", was, now)
	s.say("  field manager %v", now["__fieldManager"])
	s.conditions(now)
}

// differences says which values that were given are others now.
func (s *side) differences(path string, was, now any) {
	switch was := was.(type) {
	case map[string]any:
		now, _ := now.(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(was)) {
			s.differences(path+"."+name, was[name], now[name])
		}
	case []any:
		now, _ := now.([]any)
		if len(was) != len(now) {
			s.say("%s has %d instead of %d", path, len(now), len(was))
			return
		}
		for i := range was {
			s.differences(fmt.Sprintf("%s[%d]", path, i), was[i], now[i])
		}
	default:
		if fmt.Sprint(was) != fmt.Sprint(now) {
			s.say("%s is %v instead of %v", path, now, was)
		}
	}
}

func (s *side) conditions(object map[string]any) {
	status, _ := object["status"].(map[string]any)
	list, _ := status["conditions"].([]any)
	var all []string
	for _, item := range list {
		c := simcloud.Properties(item.(map[string]any))
		all = append(all, fmt.Sprintf("  %s=%s: %s: %s", c.Text("type"), c.Text("status"), c.Text("reason"), c.Text("message")))
	}
	slices.Sort(all)
	for _, condition := range all {
		s.say("%s", condition)
	}
}

// get says what there is of an object.
func (s *side) get(typ, name string) {
	o := s.find(typ, name)
	if o == nil {
		s.say("%s %s is not there", typ, name)
		return
	}
	s.say("%s %s:", typ, name)
	for field, value := range o.Properties.Map("data") {
		decoded, err := base64.StdEncoding.DecodeString(fmt.Sprint(value))
		if err == nil {
			o.Properties.Map("data")[field] = string(decoded)
		}
	}
	shown := map[string]any{}
	for _, field := range []string{"data", "type"} {
		shown[field] = o.Properties[field]
	}
	for _, field := range []string{"labels", "annotations"} {
		shown[field] = theirs(o.Properties.Map("metadata", field))
	}
	for _, owner := range o.Properties.List("metadata", "ownerReferences") {
		shown["owner"] = owner.Text("kind") + " " + owner.Text("name")
	}
	content, _ := yaml.Marshal(shown) // it was decoded from JSON
	s.say("%s", content)
	s.conditions(o.Properties)
}

// theirs is labels or annotations without those that the operator needs for itself.
func theirs(entries simcloud.Properties) map[string]any {
	left := map[string]any{}
	for name, value := range entries {
		if !strings.HasPrefix(name, "reconcile.external-secrets.io/") && name != "simcloud/sync" { // how Sync makes the operator look
			left[name] = value
		}
	}
	return left
}

// find returns an object; nil: there is none.
func (s *side) find(typ, name string) *simcloud.Object {
	for _, o := range s.cloud.Objects(typ) {
		if o.ID == s.namespace+"/"+name {
			return &o
		}
	}
	return nil
}

// transcript is what was said, without what no two clusters have in common.
func (s *side) transcript() string {
	said := s.said.String()
	for _, replaced := range []struct{ pattern, by string }{ // in this order
		{`\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`, "UID"},
		{`\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(Z|\S*)`, "TIME"},
		{`(\[Pod \S+)-[a-z0-9]{5}\]`, "$1-x]"},
		// The node says it in the words of the API server, a kubelet in its own.
		{`(secret|configmap)s (".*" not found)`, "$1 $2"},
		{`(ReplicaSet|replica set|pods) "d-[a-z0-9]+(-?)"`, `$1 "d-x$2"`},
		{`(\[Pod \S+/d)-[a-z0-9]+-`, "$1-x-"},
		{`uid: "[^"]*"`, `uid: "UID"`},
	} {
		said = regexp.MustCompile(replaced.pattern).ReplaceAllString(said, replaced.by)
	}
	return strings.ReplaceAll(said, s.namespace, "NS")
}
