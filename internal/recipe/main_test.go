package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A script builds this program before it runs it, so the program must not need the SDK of Pulumi or AWS: users would wait for it.
func TestQuickToBuild(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", ".").Output()
	require.NoError(t, err)
	for module := range strings.FieldsSeq(string(out)) {
		assert.Contains(t, []string{"github.com/mosaic-stories/mosaic-database", "github.com/spf13/cobra", "github.com/spf13/pflag", "gopkg.in/yaml.v3"}, module)
	}
}

func TestWrongArguments(t *testing.T) {
	for _, args := range [][]string{{"bootstrap", "prod"}, {"preview"}, {"change", "prod"}, {"edit", "prod", "tier"}, {"unknown"}, {"target", "none"}} {
		assert.Equal(t, 1, call(args), args)
	}
	assert.Zero(t, call([]string{"--help"}))
}
