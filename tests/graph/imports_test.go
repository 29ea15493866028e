package graph

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWhatAnUpCompiles: of the providers' SDKs, the packages whose cost docs/performance.md states, and nothing that
// only tests need. One import more, such as aws/ec2 or kubernetes/core/v1, can take as long as all the others.
func TestWhatAnUpCompiles(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{$.ImportPath}} {{.Path}}{{end}}", ".")
	cmd.Dir = root
	out, err := cmd.Output()
	require.NoError(t, err)
	var sdk []string
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		pkg, module, _ := strings.Cut(line, " ")
		if rest, ok := strings.CutPrefix(pkg, "github.com/pulumi/pulumi-"); ok {
			_, name, _ := strings.Cut(rest, "/go/")
			sdk = append(sdk, name)
		}
		for _, testOnly := range []string{"k8s.io/", "sigs.k8s.io/", "github.com/external-secrets/", "github.com/stretchr/", "github.com/google/go-cmp"} {
			assert.False(t, strings.HasPrefix(module, testOnly), "%s is compiled by every pulumi up", pkg)
		}
	}
	assert.ElementsMatch(t, []string{
		"aws", "aws/internal", "aws/budgets", "aws/cloudwatch", "aws/eks", "aws/iam", "aws/kms", "aws/rds", "aws/secretsmanager", "aws/sns",
		"kubernetes", "kubernetes/utilities", "random", "random/internal",
	}, sdk)
}
