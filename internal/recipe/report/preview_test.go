package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const events = `{"sequence": 0, "preludeEvent": {}}
{"diagnosticEvent": {"prefix": "<{%fg 3%}>warning: <{%reset%}>", "message": "<{%reset%}>over the budget\nby 3.00<{%reset%}>\n", "severity": "warning"}}
{"diagnosticEvent": {"prefix": "warning: ", "message": "over the budget", "severity": "warning"}}
{"diagnosticEvent": {"prefix": "warning: ", "message": "a weekday", "severity": "warning"}}
{"diagnosticEvent": {"message": "looking", "severity": "info"}}
{"resourcePreEvent": {"planning": true, "metadata": {"op": "same", "type": "a:b:C", "urn": "urn:pulumi:prod::p::a:b:C::one"}}}
{"resourcePreEvent": {"planning": true, "metadata": {"op": "read", "type": "a:b:C", "urn": "urn:pulumi:prod::p::a:b:C::two"}}}
{"resourcePreEvent": {"planning": true, "metadata": {"op": "update", "type": "a:b:C", "urn": "urn:pulumi:prod::p::d:e:F$a:b:C::three::x", "diffs": ["no"],
  "detailedDiff": {"size": {}, "name": {}}}}}
{"resourcePreEvent": {"planning": true, "metadata": {"op": "update", "type": "a:b:C", "urn": "urn:pulumi:prod::p::a:b:C::four", "diffs": ["tags"]}}}
{"resourcePreEvent": {"planning": true, "metadata": {"op": "create", "type": "a:b:C", "urn": "urn:pulumi:prod::p::a:b:C::five"}}}
{"summaryEvent": {"resourceChanges": {"same": 1, "update": 2, "create": 1, "read": 1}}}
`

func TestReadLog(t *testing.T) {
	log, err := ReadLog(strings.NewReader(events))
	require.NoError(t, err)
	assert.Equal(t, []string{
		"create a:b:C five",
		"update a:b:C four tags",
		"update a:b:C three::x name",
		"update a:b:C three::x size",
	}, log.Steps)
	assert.Equal(t, []string{"a weekday", "over the budget"}, log.Warnings)
	assert.Empty(t, log.Refusal)

	log, err = ReadLog(strings.NewReader(events + `{"resourcePreEv`))
	require.ErrorContains(t, err, "unexpected EOF")
	assert.Len(t, log.Steps, 4, "the steps before the end of the truncated log")

	log, err = ReadLog(strings.NewReader(`{"diagnosticEvent": {"prefix": "<{%fg 1%}>error: <{%reset%}>", "message": "no\n", "severity": "error"}}`))
	require.NoError(t, err)
	assert.Equal(t, "error: no\n", log.Refusal)
	assert.Nil(t, log.Summary)
}

func TestCount(t *testing.T) {
	for want, changes := range map[string]map[string]int{
		"":                          {},
		"24 unchanged":              {"same": 24},
		"1 to update, 24 unchanged": {"same": 24, "update": 1},
		"3 to create":               {"create": 3, "read": 2},
		"1 to create, 2 to update, 1 to replace, 4 changes. 2 unchanged": {"same": 2, "update": 2, "create": 1, "replace": 1},
	} {
		assert.Equal(t, want, (&Summary{changes}).Count())
	}
	assert.Empty(t, (*Summary)(nil).Count())
}

func TestPreviewReport(t *testing.T) {
	log, err := ReadLog(strings.NewReader(events))
	require.NoError(t, err)
	preview := Preview{Stack: "prod", Printed: "+ five\n", Log: log, Cost: "| line |\n"}
	assert.Equal(t, "### prod: 1 to create, 2 to update, 3 changes. 1 unchanged\n\n> **warning**: a weekday\n> **warning**: over the budget\n\n"+
		"| line |\n\n<details><summary>The preview</summary>\n\n````diff\n+ five\n````\n\n</details>\n", preview.Markdown())

	preview = Preview{Stack: "dev", Simulated: true, Cost: "none"}
	assert.Equal(t, "### dev: nothing to do\n\nnone\n\n<details><summary>The preview, in a simulated cloud</summary>\n\n````diff\n\n````\n\n</details>\n", preview.Markdown())

	preview = Preview{Stack: "dev", Failed: true, Printed: strings.Repeat("before\n", 100) + "error: no login\n"}
	assert.Regexp(t, "^### dev: refused\n\n````text\n(before\n){59}error: no login\n````\n", preview.Markdown(), "the engine reported no error")
	preview.Log.Refusal = "error: refused\n"
	assert.Regexp(t, "^### dev: refused\n\n````text\nerror: refused\n````\n", preview.Markdown())
}

func TestReportsOfDrillAndDrift(t *testing.T) {
	assert.Equal(t, "# Restore drill of prod: failed\n\n````text\nno backup\n````\n", FailedDrill("prod", "no backup\n"))
	assert.Equal(t, "The stack prod and the cloud differ, or cannot be compared: https://example.com\n\nTo bring the cloud back to the stack file: "+
		"run the workflow deploy. To keep what was changed: write it into Pulumi.prod.yaml.\n\n````diff\n~ one\n````\n", Drift{Stack: "prod", Run: "https://example.com", Printed: "~ one\n"}.Markdown())
}
