package jobs

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// The kubelet expands $(NAME) in a command, and replaces two dollar signs with one.
func TestTheKubeletLeavesTheStatementsAlone(t *testing.T) {
	for _, main := range []bool{true, false} {
		script := psql(config.Application{Main: main})[2]
		assert.NotContains(t, script, "$$")
		assert.NotContains(t, script, "$(")
		assert.Equal(t, 1, strings.Count(script, "\nSQL\n"), "only the last line ends the here-document")
	}
}

// The Job sets every variable that the statements read, and the statements read every variable that the Job sets.
func TestTheStatementsKnowTheirVariables(t *testing.T) {
	for _, test := range []struct {
		app         config.Application
		credentials config.Credentials
	}{
		{app: config.Application{Name: "core-api", Main: true, ReadOnlyLogin: true}}, {app: config.Application{Name: "core-api", Main: true}},
		{app: config.Application{Name: "orders", Database: "orders", ReadOnlyLogin: true}}, {app: config.Application{Name: "orders", Database: "orders"}},
		{app: config.Application{Name: "core-api", Main: true}, credentials: config.CredentialsIAM},
	} {
		app := test.app
		cfg := &config.Config{App: config.App{Name: "core-api"}, Database: config.Database{Credentials: test.credentials}}
		if app.Main && app.ReadOnlyLogin {
			cfg.Previews.Namespaces = "preview-*"
		}
		given := map[string]bool{}
		for _, setting := range plainVariables(cfg, app) {
			given[setting.name] = true
		}
		for _, key := range secretVariables(cfg, app) {
			given[key.Name] = true
		}
		read := map[string]bool{}
		for _, match := range regexp.MustCompile(`(?m)^\\getenv \w+ (\w+)$`).FindAllStringSubmatch(psql(app)[2], -1) {
			read[match[1]] = true
			onRequest := strings.HasPrefix(match[1], "VERIFIER_READER") || match[1] == "VERIFIER_PREVIEWS"
			ofMain := strings.HasSuffix(match[1], "EXTENSIONS")
			passwords := strings.HasPrefix(match[1], "VERIFIER_") && cfg.ByToken()
			if (app.ReadOnlyLogin || !onRequest) && (app.Main || !ofMain) && !passwords {
				assert.True(t, given[match[1]], "the Job does not set %s", match[1])
			}
		}
		for name := range given {
			assert.True(t, read[name] || strings.HasPrefix(name, "PG"), "no statement reads %s", name)
		}
	}
}
