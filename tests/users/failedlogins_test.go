package users

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/servers"
)

// TestTheLogCountsFailedLogins holds the pattern of the metric filter to the lines of a real server. The line of PAM is RDS's alone.
func TestTheLogCountsFailedLogins(t *testing.T) {
	need(t)
	t.Parallel()
	servers.OnEach(t, func(t *testing.T, program string) {
		d := deployOn(t, serverAt(t, program), engine.Override{Path: "database.credentials", Value: "alternating"})
		d.up()
		filters := d.Cloud.Objects("aws:cloudwatch/logMetricFilter:LogMetricFilter")
		require.Len(t, filters, 1)
		var phrases []string
		for _, term := range regexp.MustCompile(`\?"([^"]*)"( |$)`).FindAllStringSubmatch(filters[0].Properties.Text("pattern"), -1) {
			phrases = append(phrases, term[1])
		}
		require.Len(t, phrases, 3, "any of some phrases, each in quotes")
		counted := func() (lines []string) {
			for line := range strings.Lines(d.logged()) {
				for _, phrase := range phrases {
					if strings.Contains(line, phrase) {
						lines = append(lines, line)
					}
				}
			}
			return lines
		}
		require.Empty(t, counted(), "a deployment fails to log in nowhere")
		require.Error(t, d.try(d.url("mosaicadmin", "wrong", "mosaic"), "SELECT 1"))
		require.Error(t, d.try(d.url("nobody", "wrong", "mosaic"), "SELECT 1"))
		require.Error(t, d.try(strings.Replace(d.master(), "sslmode=require", "sslmode=disable", 1), "SELECT 1"))
		require.Error(t, d.try(d.url("mosaicadmin", "wrong", "nothing"), "SELECT 1"))
		d.do(d.master(), "SELECT 'password authentication failed for user'")
		require.Error(t, d.try(strings.Replace(d.master(), "/mosaic?", "/nothing?", 1), "SELECT 1"), "who was let in and asks for a database that is not there")
		assert.Len(t, counted(), 4, strings.Join(counted(), ""))
	})
}
