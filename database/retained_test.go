package database

import (
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// A change of an input that is not frozen would change a retained instance, so only those that have a reason follow; also inputs that
// this program does not set yet are frozen.
func TestEveryInputIsFrozenOrFollows(t *testing.T) {
	frozen, inputs := registered(t)
	for _, input := range append(inputs, "dedicatedLogVolume", "storageThroughput", "dbName", "snapshotIdentifier") {
		_, follows := following()[input]
		assert.NotEqual(t, follows, slices.Contains(frozen, input), "%s is either frozen or follows", input)
	}
	for input := range following() {
		assert.True(t, input == "tags" || slices.Contains(inputs, input), "no instance has the input %s", input)
	}
}

// registered are the inputs that a registered retained instance ignores changes of, and all that one can have, also as one that is
// restored in another way.
func registered(t *testing.T) (frozen, inputs []string) {
	t.Helper()
	cfg := &config.Config{Environment: "a", Region: "us-east-1", Restore: config.Restore{Generation: 2, Serving: 2}}
	full(&cfg.Database)
	cfg.Database.SkipFinalSnapshot = false
	mocks := &echo{ignored: map[string][]string{}}
	require.NoError(t, pulumi.RunErr(func(ctx *pulumi.Context) error {
		b := &builder{ctx: ctx, cfg: cfg, name: "a", parent: pulumi.Parent(nil)}
		s, err := b.shared()
		if err != nil {
			return err
		}
		group, err := b.parameterGroup("a")
		if err != nil {
			return err
		}
		for _, from := range []config.Restore{{}, {SnapshotIdentifier: "s"}, {SourceInstanceIdentifier: "i"}} {
			args, err := b.writable(s, "a", group)
			if err != nil {
				return err
			}
			b.origin(args, from)
			inputs = append(inputs, given(args)...)
		}
		return b.retained(s)
	}, pulumi.WithMocks("project", "stack", mocks)))
	frozen = mocks.ignored[cfg.Retained()[0].Identifier]
	require.NotEmpty(t, frozen, "no instance is retained")
	slices.Sort(inputs)
	return frozen, slices.Compact(inputs)
}

// full sets every field of a section of the configuration.
func full(section any) {
	fields := reflect.ValueOf(section).Elem()
	for i := range fields.NumField() {
		switch field := fields.Field(i); field.Kind() {
		case reflect.String:
			field.SetString("x")
		case reflect.Int:
			field.SetInt(1)
		case reflect.Bool:
			field.SetBool(true)
		default: // lists and maps are not inputs of an instance
		}
	}
}

// given returns the names of the inputs that are set.
func given(args *rds.InstanceArgs) []string {
	var all []string
	values := reflect.ValueOf(args).Elem()
	for i := range values.NumField() {
		if !values.Field(i).IsZero() {
			field, _ := args.ElementType().FieldByName(values.Type().Field(i).Name)
			all = append(all, field.Tag.Get("pulumi"))
		}
	}
	return all
}

// A run with --target keeps what depends on the instance that was active until now. It must be registered after it. The mock
// engine is slow with it, so that whatever does not wait is earlier.
func TestRetainedInstancesAreRegisteredFirst(t *testing.T) {
	cfg := &config.Config{Environment: "a", Region: "us-east-1", Restore: config.Restore{Generation: 3, Serving: 2}}
	full(&cfg.Database)
	cfg.Database.ManageMasterUserPassword = false // the mocks are no RDS, which makes a secret
	network := config.Network{VpcID: "vpc-1", SubnetIDs: []string{"a", "b"}, IngressCidrs: []string{"10.0.0.0/16"}}
	mocks := &echo{ignored: map[string][]string{}, slow: []string{cfg.Retained()[0].Identifier, cfg.Retained()[1].Identifier}}
	require.NoError(t, pulumi.RunErr(func(ctx *pulumi.Context) error {
		made, err := New(ctx, "a", &Args{Config: cfg, Network: network})
		if err != nil {
			return err
		}
		return made.Publish(nil)
	}, pulumi.WithMocks("project", "stack", mocks)))
	active := slices.Index(mocks.order, instanceType+"::"+cfg.Instance())
	for _, one := range cfg.Retained() {
		assert.Contains(t, mocks.order[:active], instanceType+"::"+one.Identifier, "registered before the active instance")
	}
	assert.Contains(t, mocks.order[active+1:], "aws:secretsmanager/secretVersion:SecretVersion::mosaic/a/rds/credentials")
}

const instanceType = "aws:rds/instance:Instance"

// echo is a mock engine that returns the inputs as outputs, and notes what is registered in which order, and which changes
// each instance ignores.
type echo struct {
	mutex   sync.Mutex
	ignored map[string][]string // by name
	order   []string            // types and names
	slow    []string            // names of resources that are registered after a while
}

func (e *echo) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	if slices.Contains(e.slow, args.Name) {
		time.Sleep(100 * time.Millisecond)
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.order = append(e.order, args.TypeToken+"::"+args.Name)
	if args.TypeToken == instanceType {
		e.ignored[args.Name] = args.RegisterRPC.GetIgnoreChanges()
	}
	return args.Name, args.Inputs, nil
}

func (*echo) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) {
	return resource.PropertyMap{}, nil
}
