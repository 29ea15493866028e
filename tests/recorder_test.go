package tests

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
)

const (
	project = "mosaic-database"
	account = "123456789012"
	// generatedPassword is what the mocked random provider answers; no golden file may hold it.
	generatedPassword = "mockedPassword0123456789"
)

// registration is one resource as the program registered it.
type registration struct {
	Type          string         `yaml:"type"`
	Name          string         `yaml:"name"`
	Parent        string         `yaml:"parent,omitempty"`
	Provider      string         `yaml:"provider,omitempty"`
	Protect       bool           `yaml:"protect,omitempty"`
	DependsOn     []string       `yaml:"dependsOn,omitempty"`
	IgnoreChanges []string       `yaml:"ignoreChanges,omitempty"`
	Timeouts      string         `yaml:"timeouts,omitempty"`
	Inputs        map[string]any `yaml:"inputs,omitempty"`

	raw resource.PropertyMap
}

// key identifies a registration in messages and golden files.
func (r registration) key() string { return r.Type + "::" + r.Name }

// recorder is the mocked engine: it answers as a cloud would and keeps every registration.
type recorder struct {
	preview bool
	last    resource.PropertyMap // outputs of the run before
	mutex   sync.Mutex
	all     []registration
	calls   []string // tokens of the lookups
}

func (r *recorder) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	answers := map[string]resource.PropertyMap{
		"aws:eks/getCluster:getCluster": resource.NewPropertyMapFromMap(map[string]any{
			"name": "mosaic", "arn": "arn:aws:eks:us-east-1:" + account + ":cluster/mosaic", "endpoint": "https://cluster.example",
			"certificateAuthorities": []any{map[string]any{"data": "Y2E="}},
			"identities":             []any{map[string]any{"oidcs": []any{map[string]any{"issuer": "https://oidc.example/id/A1"}}}},
			"vpcConfig":              map[string]any{"vpcId": "vpc-0a1b2c3d4e5f60718"},
		}),
		"aws:ec2/getVpc:getVpc": resource.NewPropertyMapFromMap(map[string]any{
			"cidrBlock": "10.0.0.0/16", "cidrBlockAssociations": []any{
				map[string]any{"cidrBlock": "10.0.0.0/16", "state": "associated"},
				map[string]any{"cidrBlock": "100.64.0.0/16", "state": "associated"}, // for pods
				map[string]any{"cidrBlock": "192.168.0.0/16", "state": "disassociated"},
			},
		}),
		"aws:ec2/getSubnet:getSubnet":   resource.NewPropertyMapFromMap(map[string]any{"cidrBlock": "10.0.0.0/20"}),
		"aws:ec2/getSubnets:getSubnets": resource.NewPropertyMapFromMap(map[string]any{"ids": []any{"subnet-0a", "subnet-0b", "subnet-0c"}}),
		"aws:rds/getSnapshot:getSnapshot": resource.NewPropertyMapFromMap(map[string]any{
			"engine": "postgres", "engineVersion": "16.4", "allocatedStorage": 20, "encrypted": true, "status": "available",
		}),
		"aws:rds/getInstance:getInstance": resource.NewPropertyMapFromMap(map[string]any{
			"engine": "postgres", "engineVersion": "16.4", "allocatedStorage": 20, "storageEncrypted": true, "backupRetentionPeriod": 7,
		}),
		"aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider": resource.NewPropertyMapFromMap(map[string]any{
			"arn": "arn:aws:iam::" + account + ":oidc-provider/oidc.example/id/A1",
		}),
	}
	if args.Token == "pulumi:pulumi:readStackOutputs" { // of the stack itself, by the engine's own provider
		return resource.PropertyMap{"outputs": resource.NewProperty(r.last)}, nil
	}
	answer, ok := answers[args.Token]
	if !ok {
		return nil, fmt.Errorf("the program calls %s, for which there is no answer", args.Token)
	}
	r.mutex.Lock()
	r.calls = append(r.calls, args.Token)
	r.mutex.Unlock()
	if args.Provider == "" {
		return nil, fmt.Errorf("%s is called without an explicit provider", args.Token)
	}
	return answer, nil
}

func (r *recorder) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.all = append(r.all, newRegistration(args))
	return args.Name + "-id", r.outputs(args), nil
}

// outputs are the inputs and what the cloud computes. A preview does not know the latter, but for what
// goes into secrets: the SDK's mocks cannot carry a secret that is unknown (the tests on the engine do).
func (r *recorder) outputs(args pulumi.MockResourceArgs) resource.PropertyMap {
	outputs := args.Inputs.Copy()
	computed := map[resource.PropertyKey]string{
		"arn": "arn:aws:mock:us-east-1:" + account + ":" + args.TypeToken + "/" + args.Name,
	}
	switch args.TypeToken {
	case "aws:rds/instance:Instance":
		computed["address"] = args.Name + ".abc.us-east-1.rds.amazonaws.com"
	case "aws:secretsmanager/secretVersion:SecretVersion":
		computed["versionId"] = "version-1"
	case "aws:kms/key:Key":
		computed["keyId"] = "0a1b2c3d-0000-4000-8000-000000000009"
	case "random:index/randomPassword:RandomPassword":
		computed["result"] = generatedPassword
	case "random:index/randomId:RandomId":
		computed["hex"], computed["b64Std"] = "0badcafe", "AAAAAAAAAAAAAAAAAAAAAA=="
	}
	if _, named := outputs["name"]; !named {
		computed["name"] = args.Name + "-1234567"
	}
	for key, value := range computed {
		if r.preview && key != "address" && key != "result" && key != "b64Std" {
			outputs[key] = resource.MakeComputed(resource.NewProperty(""))
		} else {
			outputs[key] = resource.NewProperty(value)
		}
	}
	return outputs
}

func newRegistration(args pulumi.MockResourceArgs) registration {
	rpc := args.RegisterRPC
	one := registration{
		Type: args.TypeToken, Name: args.Name, raw: args.Inputs,
		Parent: shortURN(rpc.GetParent()), Provider: shortURN(rpc.GetProvider()), Protect: rpc.GetProtect(),
		IgnoreChanges: rpc.GetIgnoreChanges(), Timeouts: timeouts(rpc),
		Inputs: readable(args.Inputs),
	}
	for _, urn := range rpc.GetDependencies() {
		one.DependsOn = append(one.DependsOn, shortURN(urn))
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

// shortURN is the type and the name of a URN, without the stack and the parents' types.
func shortURN(urn string) string {
	if urn == "" {
		return ""
	}
	// A provider reference is a URN with an ID behind it.
	parsed := resource.URN(urn)
	return string(parsed.Type()) + "::" + parsed.Name()
}

// readable turns inputs into JSON values; what is secret stays out of sight.
func readable(inputs resource.PropertyMap) map[string]any {
	value := inputs.MapRepl(nil, func(v resource.PropertyValue) (any, bool) {
		if v.IsSecret() {
			return "[secret]", true
		}
		if v.IsComputed() || v.IsOutput() && !v.OutputValue().Known {
			return "[unknown]", true
		}
		return nil, false
	})
	return value
}

// record runs the program on mocks and returns its registrations, sorted, and its exports.
func record(t *testing.T, stackName string, values map[string]string, preview bool) ([]registration, []string, error) {
	t.Helper()
	return recordIn(t, root, stackName, values, preview)
}

// recordIn is record with another folder for the stack file.
func recordIn(t *testing.T, dir, stackName string, values map[string]string, preview bool) ([]registration, []string, error) {
	t.Helper()
	mocks := &recorder{preview: preview, last: resource.PropertyMap{}}
	exports, err := mocks.run(dir, stackName, values)
	slices.SortFunc(mocks.all, func(a, b registration) int { return strings.Compare(a.key(), b.key()) })
	return mocks.all, exports, err
}

// previewAfter is a preview after a run that left these outputs.
func previewAfter(t *testing.T, last resource.PropertyMap, stackName string, values map[string]string) error {
	t.Helper()
	_, err := (&recorder{preview: true, last: last}).run(root, stackName, values)
	return err
}

// run runs the program and returns the names of its exports.
func (r *recorder) run(dir, stackName string, values map[string]string) ([]string, error) {
	var exports []string
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		if err := stack.Deploy(ctx); err != nil {
			return err
		}
		exports = slices.Sorted(maps.Keys(ctx.GetCurrentExportMap()))
		return nil
	}, pulumi.WithMocks(project, stackName, r), func(info *pulumi.RunInfo) {
		info.Config = values
		info.DryRun = r.preview
		info.RootDirectory = dir
	})
	return exports, err
}

// text is the recording as a reviewer reads it in a diff.
func text(t *testing.T, all []registration) string {
	t.Helper()
	out, err := yaml.Marshal(all)
	require.NoError(t, err)
	return string(out)
}
