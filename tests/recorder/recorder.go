// Package recorder runs the program on mocks, without an engine, and records what it registers.
package recorder

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/repository"
)

// Run is one run of the program.
type Run struct {
	Stack   string
	Values  map[string]string    // the configuration; see StackFile
	Dir     string               // folder of the stack file; "": this repository
	Preview bool                 // whether to run a preview instead of an up
	Last    resource.PropertyMap // the outputs of the last run
}

// Recording is the result of a run.
type Recording struct {
	Registrations []Registration // sorted by key
	Calls         []string       // tokens of the lookups
	Exports       map[string]any // the stack's outputs; nil: not known in a preview
}

// Up records an up of a stack with these values. The test fails if the run does.
func Up(t *testing.T, stackName string, values map[string]string) *Recording {
	t.Helper()
	recording, err := Run{Stack: stackName, Values: values}.Record()
	require.NoError(t, err)
	return recording
}

// Last is the outputs in the form that the next run reads.
func (r *Recording) Last() (resource.PropertyMap, error) {
	content, err := json.Marshal(r.Exports)
	if err != nil {
		return nil, err
	}
	var plain map[string]any
	if err := json.Unmarshal(content, &plain); err != nil {
		return nil, err
	}
	return resource.NewPropertyMapFromMap(plain), nil
}

// Record runs the program. It also returns the recording of a run that fails.
func (r Run) Record() (*Recording, error) {
	if r.Dir == "" {
		root, err := repository.Root()
		if err != nil {
			return nil, err
		}
		r.Dir = root
	}
	m := &mocks{run: r}
	exports := map[string]any{}
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		if err := stack.Deploy(ctx); err != nil {
			return err
		}
		// An output of the context, so that the run waits for what comes from it.
		ofContext, resolve, _ := ctx.NewOutput()
		m.export(exports, ctx.GetCurrentExportMap(), ofContext)
		resolve(nil)
		return nil
	}, pulumi.WithMocks("mosaic-database", r.Stack, m), func(info *pulumi.RunInfo) {
		info.Config = r.Values
		info.DryRun = r.Preview
		info.RootDirectory = r.Dir
	})
	slices.SortFunc(m.registered, func(a, b Registration) int { return strings.Compare(a.Key(), b.Key()) })
	return &Recording{Registrations: m.registered, Calls: m.calls, Exports: exports}, err
}

// mocks answer as the cloud would, and record every registration.
type mocks struct {
	run        Run
	mutex      sync.Mutex
	registered []Registration
	calls      []string
}

// export stores the values of outputs when they become known.
func (m *mocks) export(into map[string]any, outputs map[string]pulumi.Input, ofContext pulumi.Output) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for name, output := range outputs {
		into[name] = nil
		pulumi.All(output, ofContext).ApplyT(func(values []any) any {
			m.mutex.Lock()
			defer m.mutex.Unlock()
			into[name] = values[0]
			return values
		})
	}
}

// Call answers a lookup.
func (m *mocks) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	if args.Token == "pulumi:pulumi:readStackOutputs" { // of the stack itself, by the engine's own provider
		return resource.PropertyMap{"outputs": resource.NewProperty(m.run.Last)}, nil
	}
	answer, ok := lookups(args.Args)[args.Token]
	if !ok {
		return nil, fmt.Errorf("the program calls %s, for which there is no answer", args.Token)
	}
	m.mutex.Lock()
	m.calls = append(m.calls, args.Token)
	m.mutex.Unlock()
	if args.Provider == "" {
		return nil, fmt.Errorf("%s is called without an explicit provider", args.Token)
	}
	return resource.NewPropertyMapFromMap(answer), nil
}

// NewResource records a registration.
func (m *mocks) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.registered = append(m.registered, newRegistration(args))
	return args.Name + "-id", m.outputs(args), nil
}
