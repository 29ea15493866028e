package credentials

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/leaks"
	"github.com/mosaic-stories/mosaic-database/tests/live"
)

// TestAnEncryptedKubeconfig: the token of the kubeconfig appears in no state, output or diff, also when the provider is replaced.
func TestAnEncryptedKubeconfig(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	const token, later = "k8s-aws-v1.aVeryLongTokenOfSomebody", "k8s-aws-v1.anotherVeryLongTokenLater"
	var made, text string
	l.EditState(func(r map[string]any) {
		if r["type"] == "pulumi:providers:kubernetes" {
			made = r["inputs"].(map[string]any)["kubeconfig"].(string)
		}
	})
	for _, secret := range []string{token, later} {
		l.CLI("config", "set", "--secret", "--path", "mosaic-database:cluster.kubeconfig", strings.Replace(made, `"user":{`, `"user":{"token":"`+secret+`",`, 1))
		preview, err := l.Preview(t.Context(), optpreview.Diff())
		require.NoError(t, err)
		up, err := l.Up(t.Context(), optup.Diff())
		require.NoError(t, err)
		text += live.Everything(preview) + live.Everything(up)
	}
	state, err := l.Export(t.Context())
	require.NoError(t, err)
	outputs, err := l.Outputs(t.Context())
	require.NoError(t, err)
	for _, secret := range []string{token, later} {
		assert.False(t, leaks.Found(text+state+outputs, secret))
	}
	assert.Contains(t, text, "kubeconfig", "it did change")

	l.CLI("config", "set", "--secret", "--path", "mosaic-database:alerts.emails[0]", "somebody@example.com")
	why := l.MustFail(l.Preview(t.Context()))
	assert.Contains(t, why, "mosaic-database:alerts.emails[0]\n     rule: not secret")
	assert.NotContains(t, why, "somebody@example.com")
}
