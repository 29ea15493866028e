package pipeline

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// TestTrust asks the simulator which of GitHub's tokens get which role of prod. A pull request from a fork would have the subject
// of the repository that it is for; what keeps it out is that GitHub gives such a run no token.
func TestTrust(t *testing.T) {
	tools.Need(t, tools.IAMSimulate, tools.Node)
	const (
		issuer = "token.actions.githubusercontent.com"
		older  = "repo:acme/database:"
		newer  = "repo:acme@11/database@22:"
	)
	who := map[string]map[string]bool{ // the contexts that each trust policy accepts, in both forms of the subject
		"trust-preview":          {"pull_request": true, "ref:refs/heads/main": true},
		"trust-preview-approved": {"environment:prod-preview": true, "ref:refs/heads/main": true},
		"trust-deploy":           {"environment:prod": true},
		"trust-drill":            {"environment:prod-drill": true},
		"trust-rotate":           {"environment:prod-rotation": true},
	}
	runs := []string{"pull_request", "ref:refs/heads/main", "ref:refs/heads/other", "ref:refs/tags/main", "ref:refs/tags/v1.0.0",
		"environment:prod", "environment:prod-drill", "environment:prod-rotation", "environment:prod-preview", "environment:dev", "environment:Prod", ""}
	strangers := []string{
		"repo:acme/other:", "repo:acme@11/other@23:", "repo:other/database:", "repo:Acme/Database:",
		"repo:acme@11/database@99:", // deleted, and created again under its name
		"repo:acme@99/database@22:", "repo:acme@11/database:", "repo:acme/database@22:",
		"repo:acme/database/x:", "repo:acme/database.git:", "repo:acme@11/database@22x:",
	}
	var requests []simulation
	for name, lets := range who {
		text, err := Policies()[name].JSON()
		require.NoError(t, err)
		token := func(subject, audience string, allowed bool) {
			requests = append(requests, simulation{
				Role: name, Federated: "arn:aws:iam::123456789012:oidc-provider/" + issuer, Action: "sts:AssumeRoleWithWebIdentity",
				Resource: "arn:aws:iam::123456789012:role/mosaic-prod-pipeline", Trust: json.RawMessage(filled("", "").Replace(text)),
				Context: map[string]string{issuer + ":sub": subject, issuer + ":aud": audience}, allowed: allowed,
			})
		}
		for _, run := range runs {
			token(older+run, "sts.amazonaws.com", lets[run])
			token(newer+run, "sts.amazonaws.com", lets[run])
			token(newer+run, "https://github.com/acme", false)
			for _, stranger := range strangers {
				token(stranger+run, "sts.amazonaws.com", false)
			}
		}
	}
	check(t, requests)
}
