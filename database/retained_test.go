package database

import (
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// following are the inputs of a retained instance that follow the configuration, with the reason.
func following() map[string]string {
	return map[string]string{
		"identifier": "identity of the instance", "engine": "always postgres", "storageEncrypted": "always true", "publiclyAccessible": "always false",
		"copyTagsToSnapshot":     "always true",
		"vpcSecurityGroupIds":    "shared with the other instances",
		"dbSubnetGroupName":      "shared with the other instances",
		"parameterGroupName":     "its own group, whose parameters are frozen",
		"applyImmediately":       "when RDS makes changes",
		"deletionProtection":     "how it is deleted",
		"skipFinalSnapshot":      "how it is deleted",
		"deleteAutomatedBackups": "how it is deleted", "finalSnapshotIdentifier": "how it is deleted",
	}
}

// A change of an input that is neither frozen nor listed in following would change a retained instance.
func TestEveryInputIsFrozenOrFollows(t *testing.T) {
	named := slices.AppendSeq(frozen(), maps.Keys(following()))
	inputs := instanceInputs(t)
	for _, input := range inputs {
		assert.Contains(t, named, input, "an input of the instance: freeze it in frozen(), or say here why it follows")
	}
	for _, input := range named {
		assert.Contains(t, inputs, input, "no instance has the input")
	}
}

// instanceInputs are all inputs that a retained instance can have.
func instanceInputs(t *testing.T) []string {
	t.Helper()
	cfg := &config.Config{Environment: "a", Region: "us-east-1", Restore: config.Restore{Generation: 1, Serving: 1}}
	full(&cfg.Database)
	cfg.Database.SkipFinalSnapshot = false
	var all []string
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
			all = append(all, given(args)...)
		}
		return nil
	}, pulumi.WithMocks("project", "stack", echo{})))
	slices.Sort(all)
	return slices.Compact(all)
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

// echo is a mock engine that returns the inputs as outputs.
type echo struct{}

func (echo) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	return args.Name, args.Inputs, nil
}

func (echo) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) {
	return resource.PropertyMap{}, nil
}
