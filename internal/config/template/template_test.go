package template_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/internal/config/template"
)

// What is wrong, and how it is told, is in the wrong stack files of the configuration; here it is what a template may do.
func TestRightTemplates(t *testing.T) {
	for i := range 8 {
		of := template.Options{Entries: i&1 > 0, ClusterStore: i&2 > 0, OwnAccount: i&4 > 0}
		needs := append(template.ChartMakesObjects(of), template.ProgramMakesObjects(of)...)
		assert.Empty(t, template.Check(template.Default(of), needs), "the default shape is right with every delivery: %v", of)
	}
	both := append(template.ChartMakesObjects(template.Options{}), template.ProgramMakesObjects(template.Options{})...)
	assert.Empty(t, template.Check(map[string]any{
		"coreApi": map[string]any{"serviceAccount": map[string]any{"annotations": map[string]any{"eks.amazonaws.com/role-arn": "${roleArn}"}}},
		"externalSecrets": map[string]any{
			"create":   "${chartCreatesObjects}",
			"database": map[string]any{"secretKey": "${connectionSecretArn}", "target": "${kubernetesSecretName}", "passwordKey": "DB_PASSWORD"},
			"other":    []any{map[string]any{"name": "SMTP_PASSWORD", "valueFrom": "elsewhere"}, 1.5, true, ""},
		},
		"registry": "https://registry.example.com:5000/mosaic@sha256", "shell": "$${HOME}",
	}, both))
}

func TestParse(t *testing.T) {
	words := func(text string) template.Part { return template.Part{Words: text} }
	placeholder := func(name string) template.Part { return template.Part{Placeholder: name, IsPlaceholder: true} }
	for text, want := range map[string][]template.Part{
		"":                 {words("")},
		"plain $5 {x}":     {words("plain $5 {x}")},
		"${a}":             {placeholder("a")},
		"${a}${b}":         {placeholder("a"), placeholder("b")},
		"x ${a} y":         {words("x "), placeholder("a"), words(" y")},
		"$${a} ${b} $$${c": {words("${a} "), placeholder("b"), words(" $${c")},
		"${a":              {placeholder("${a")},
	} {
		assert.Equal(t, want, template.Parse(text), text)
	}
}
