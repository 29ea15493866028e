// Package lastrun reads what the stack's last run exported. It is a package of its own because a reference to a stack
// takes longer to compile than all of the program's other code, whenever the package around it changes
// (docs/performance.md).
package lastrun

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Outputs are the named outputs, decoded from JSON, also of a run that failed. One that is secret or was not exported,
// as before the first run and after a destroy, is nil.
func Outputs(ctx *pulumi.Context, names ...string) (map[string]any, error) {
	stack := fmt.Sprintf("%s/%s/%s", ctx.Organization(), ctx.Project(), ctx.Stack())
	self, err := pulumi.NewStackReference(ctx, stack, nil)
	if err != nil {
		return nil, fmt.Errorf("reading the outputs of the last run: %w", err)
	}
	outputs := map[string]any{}
	for _, name := range names {
		output, err := self.GetOutputDetails(name)
		if err != nil {
			return nil, fmt.Errorf("reading the output %s of the last run: %w", name, err)
		}
		outputs[name] = output.Value
	}
	return outputs, nil
}
