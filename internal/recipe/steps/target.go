package steps

import "github.com/mosaic-stories/mosaic-database/internal/pipeline"

// Target returns the target of a stack as lines of name=value, and writes them to the outputs of the step, too.
func Target(stack string) (string, error) {
	target, err := pipeline.ReadTarget(".", stack)
	if err != nil {
		return "", err
	}
	return target.Lines(), appendTo("GITHUB_OUTPUT", target.Lines())
}
