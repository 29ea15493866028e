package stack

import (
	"errors"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// engine is a mock engine that returns outputs, after some failures.
type engine struct {
	failures int
	outputs  map[string]any
}

func (e *engine) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) {
	if e.failures > 0 {
		e.failures--
		return nil, errors.New("failed to load checkpoint: EOF")
	}
	return resource.NewPropertyMapFromMap(map[string]any{"outputs": e.outputs}), nil
}

func (*engine) NewResource(pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	return "", nil, errors.New("no resource is registered")
}

// The outputs are read even while the engine writes the state. If the last run failed before it recorded the locked values,
// those of the run before it apply.
func TestReadLastRun(t *testing.T) {
	locked := map[string]any{"mosaic-database:environment": "prod"}
	for name, test := range map[string]struct {
		engine engine
		want   map[string]string
		wrong  string
	}{
		"nothing":                {engine{}, map[string]string{}, ""},
		"locked values":          {engine{outputs: map[string]any{"__lastRun": map[string]any{"settled": locked}}}, map[string]string{"mosaic-database:environment": "prod"}, ""},
		"a state being written":  {engine{4, map[string]any{"__lastRun": map[string]any{"settled": locked}}}, map[string]string{"mosaic-database:environment": "prod"}, ""},
		"a state that is broken": {engine{failures: 9}, nil, "failed to load checkpoint"},
		"a run that failed early": {
			engine{outputs: map[string]any{"__lastRun": map[string]any{"settled": "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "before": locked}}},
			map[string]string{"mosaic-database:environment": "prod"}, "",
		},
		"an earlier version": {engine{outputs: map[string]any{"settled": locked}}, map[string]string{"mosaic-database:environment": "prod"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := pulumi.RunErr(func(ctx *pulumi.Context) error {
				last, err := readLastRun(ctx)
				if err == nil {
					assert.Equal(t, test.want, last.locked)
				}
				return err
			}, pulumi.WithMocks("mosaic-database", "prod", &test.engine))
			if test.wrong == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, test.wrong)
			}
		})
	}
}
