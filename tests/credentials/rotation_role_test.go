package credentials

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
)

// TestARotationNeedsTheRotationRoleAlone: with everything that has to do with logins, a rotation makes contents of secrets in AWS, which is what
// the pipeline's role rotate may do, and touches nothing else there.
func TestARotationNeedsTheRotationRoleAlone(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod", append(live.Pooled(),
		engine.Override{Path: "database.credentials", Value: "alternating"}, engine.Override{Path: "database.readOnlyLogin", Value: "true"},
		engine.Override{Path: "database.iamPrincipals[0]", Value: principal}, engine.Override{Path: "additionalApps.worker.serviceAccount", Value: "worker"})...)
	l.Certificate("mosaic-prod", "pooler-tls")
	l.MustUp()
	begun := len(l.Cloud.Log())
	l.MustSet("database.passwordVersion", "2")
	l.MustUp()
	made := 0
	for _, o := range l.Cloud.Log()[begun:] {
		if strings.HasPrefix(o.Type, "aws:") && slices.Contains([]string{"create", "update", "delete"}, o.Op) {
			assert.Equal(t, live.SecretVersionType, o.Type, "%s %s", o.Op, o.Name)
			made++
		}
	}
	assert.Positive(t, made)
}
