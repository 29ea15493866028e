package changes

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// reach is what a change of the stack file changes, on mocks.
type reach struct {
	title   string
	keys    []string // the keys that it changes, as the reference names them
	inputs  []string // inputs of RDS instances
	graph   bool     // a registration
	bill    bool
	output  bool
	refused bool // one of the two
}

// anything tells whether the change reaches a resource or an output. A line in the bill alone would be paid for nothing.
func (r reach) anything() bool { return r.graph || r.output }

// recorded records prod with patches, and records the same content only once.
type recorded struct {
	file map[string]any
	done map[string]*recorder.Recording
}

func newRecorded(t *testing.T) *recorded {
	t.Helper()
	return &recorded{file: read(t, filepath.Join(live.Root(t), "Pulumi.prod.yaml")), done: map[string]*recorder.Recording{}}
}

// values is the configuration of prod with a patch of a row.
func (r *recorded) values(t *testing.T, row transition, patch string) map[string]any {
	t.Helper()
	names := strings.NewReplacer("<env>", "prod", "<vpc>", "vpc-0a1b2c3d4e5f60718", "<subnet1>", "subnet-0123456789abcdef1", "<subnet2>", "subnet-0123456789abcdef2",
		"<subnet3>", "subnet-0123456789abcdef3", "<group>", "sg-0123456789abcdef1", "<issuer>", "https://oidc.example/id/A1", "<other issuer>", "https://oidc.example/id/B2")
	return patched{file: r.file, layers: []string{births()[row.born]}, names: names}.values(t, patch)
}

// up records an up with these values. It is nil if the program refuses them.
func (r *recorded) up(t *testing.T, values map[string]any, last resource.PropertyMap) *recorder.Recording {
	t.Helper()
	handed := map[string]string{}
	for key, value := range values {
		text, isText := value.(string)
		if !isText {
			content, err := json.Marshal(value)
			require.NoError(t, err)
			text = string(content)
		}
		handed[key] = text
	}
	key := fmt.Sprint(handed, last)
	if _, done := r.done[key]; !done {
		recording, err := recorder.Run{Stack: "prod", Values: handed, Last: last}.Record()
		if err != nil {
			recording = nil
		}
		r.done[key] = recording
	}
	return r.done[key]
}

// after is the outputs that the runs before a row left.
func (r *recorded) after(t *testing.T, row transition) resource.PropertyMap {
	t.Helper()
	var last resource.PropertyMap
	for _, patch := range row.after {
		recording := r.up(t, r.values(t, row, patch), last)
		require.NotNil(t, recording, "%s: %s is refused", row, patch)
		var err error
		last, err = recording.Last()
		require.NoError(t, err)
	}
	return last
}

// reach is what a row changes.
func (r *recorded) reach(t *testing.T, row transition) reach {
	t.Helper()
	from, to := r.values(t, row, row.from), r.values(t, row, row.to)
	last := r.after(t, row)
	before, after := r.up(t, from, last), r.up(t, to, last)
	result := reach{title: row.String(), keys: changedKeys(from, to)}
	if before == nil || after == nil {
		result.refused = before != after
		return result
	}
	result.graph = recorder.Text(t, before.Registrations...) != recorder.Text(t, after.Registrations...)
	bill := func(of *recorder.Recording) any { return of.Exports["__lastRun"].(map[string]any)["bill"] }
	result.bill = !reflect.DeepEqual(bill(before), bill(after))
	for name, value := range before.Exports {
		result.output = result.output || name != "__lastRun" && name != "estimatedMonthlyCost" && !reflect.DeepEqual(value, after.Exports[name])
	}
	for _, one := range before.Registrations {
		for _, other := range after.Registrations {
			if one.Type == live.InstanceType && one.Key() == other.Key() {
				result.inputs = append(result.inputs, changedInputs(one.Inputs, other.Inputs)...)
			}
		}
	}
	slices.Sort(result.inputs)
	result.inputs = slices.Compact(result.inputs)
	return result
}

// changedKeys are the keys of the reference that differ between two stack files.
func changedKeys(from, to map[string]any) []string {
	var keys []string
	for _, reference := range config.References() {
		if reference.Type != "object" && !slices.Contains(byTheirFields(), reference.Key) && !reflect.DeepEqual(valueOf(from, reference.Key), valueOf(to, reference.Key)) {
			keys = append(keys, reference.Key)
		}
	}
	return keys
}

// byTheirFields are the keys with several objects, which the fields of these stand for.
func byTheirFields() []string { return []string{"additionalApps", "pods.tolerations"} }

// valueOf is the value of a key of the reference in a stack file; for additional applications and for a list, that of each.
func valueOf(values map[string]any, key string) any {
	if !strings.Contains(key, ":") {
		key = "mosaic-database:" + key
	}
	group, field, nested := strings.Cut(key, ".")
	if !nested {
		return values[key]
	}
	object, _ := values[group].(map[string]any)
	if list, of, isItem := strings.Cut(field, "[]."); isItem {
		var each []any
		items, _ := object[list].([]any)
		for _, item := range items {
			each = append(each, item.(map[string]any)[of])
		}
		return each
	}
	rest, ofEach := strings.CutPrefix(field, "<name>.")
	if !ofEach {
		return object[field]
	}
	each := map[string]any{}
	for name, entry := range object {
		for _, field := range strings.Split(rest, ".") {
			fields, _ := entry.(map[string]any)
			entry = fields[field]
		}
		if entry != nil {
			each[name] = entry
		}
	}
	return each
}

func changedInputs(before, after map[string]any) []string {
	var names []string
	for name := range before {
		if !reflect.DeepEqual(before[name], after[name]) {
			names = append(names, name)
		}
	}
	for name := range after {
		if _, had := before[name]; !had {
			names = append(names, name)
		}
	}
	return names
}
