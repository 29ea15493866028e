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

// A call that does not fit is told from work that fails: the same call would do nothing again.
func TestWrongArguments(t *testing.T) {
	for _, line := range []string{
		"unknown", "--unknown", "preview --unknown", "preview prod --offline=perhaps", "preview", "preview prod stage", "comment", "catalogues prod",
		"bootstrap prod", "bootstrap prod repository", "bootstrap prod acme/database more", "change prod", "change prod tier", "edit prod tier", "copy prod", "values prod",
	} {
		assert.Equal(t, 2, call(strings.Fields(line)), line)
	}
	assert.Equal(t, 1, call([]string{"target", "none"}))
	assert.Zero(t, call([]string{"--help"}))
}
