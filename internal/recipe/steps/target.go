package steps

import "github.com/mosaic-stories/mosaic-database/internal/pipeline"

// Target is where a stack is deployed to, from its stack file, as lines that it also writes to the outputs of the step.
func Target(stack string) (string, error) {
	target, err := pipeline.ReadTarget(".", stack)
	if err != nil {
		return "", err
	}
	return target.Lines(), appendTo("GITHUB_OUTPUT", target.Lines())
}
