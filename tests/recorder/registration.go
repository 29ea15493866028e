package recorder

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// Registration is a resource as the program registered it.
type Registration struct {
	Type          string         `yaml:"type"`
	Name          string         `yaml:"name"`
	Parent        string         `yaml:"parent,omitempty"`
	Provider      string         `yaml:"provider,omitempty"`
	Protect       bool           `yaml:"protect,omitempty"`
	Stays         bool           `yaml:"retainOnDelete,omitempty"` // the stack forgets it instead of deleting it
	DependsOn     []string       `yaml:"dependsOn,omitempty"`
	IgnoreChanges []string       `yaml:"ignoreChanges,omitempty"`
	Timeouts      string         `yaml:"timeouts,omitempty"`
	Inputs        map[string]any `yaml:"inputs,omitempty"` // without secret and unknown values

	Raw resource.PropertyMap `yaml:"-"` // the inputs as the program gave them
}

// Key identifies a registration in messages and golden files: type::name.
func (r Registration) Key() string { return r.Type + "::" + r.Name }

// Text is registrations in the form of the golden files.
func Text(t *testing.T, registrations ...Registration) string {
	t.Helper()
	out, err := yaml.Marshal(registrations)
	require.NoError(t, err)
	return string(out)
}

// ShortURN is the type and the name of a URN, without the stack and the parents' types.
func ShortURN(urn string) string {
	if urn == "" {
		return ""
	}
	// A provider reference is a URN with an ID behind it.
	parsed := resource.URN(urn)
	return string(parsed.Type()) + "::" + parsed.Name()
}

func newRegistration(args pulumi.MockResourceArgs) Registration {
	rpc := args.RegisterRPC
	one := Registration{
		Type: args.TypeToken, Name: args.Name, Raw: args.Inputs,
		Parent: ShortURN(rpc.GetParent()), Provider: ShortURN(rpc.GetProvider()), Protect: rpc.GetProtect(), Stays: rpc.GetRetainOnDelete(),
		IgnoreChanges: rpc.GetIgnoreChanges(), Timeouts: timeouts(rpc),
		Inputs: readable(args.Inputs),
	}
	for _, urn := range rpc.GetDependencies() {
		one.DependsOn = append(one.DependsOn, ShortURN(urn))
	}
	slices.Sort(one.DependsOn)
	return one
}

func timeouts(rpc *pulumirpc.RegisterResourceRequest) string {
	t := rpc.GetCustomTimeouts()
	var all []string
	for _, one := range [][2]string{{"create", t.GetCreate()}, {"update", t.GetUpdate()}, {"delete", t.GetDelete()}} {
		if one[1] != "" {
			all = append(all, one[0]+" "+one[1])
		}
	}
	return strings.Join(all, ", ")
}

// readable turns inputs into JSON values, without secrets.
func readable(inputs resource.PropertyMap) map[string]any {
	return inputs.MapRepl(nil, func(v resource.PropertyValue) (any, bool) {
		if v.IsSecret() {
			return "[secret]", true
		}
		if v.IsComputed() || v.IsOutput() && !v.OutputValue().Known {
			return "[unknown]", true
		}
		return nil, false
	})
}
