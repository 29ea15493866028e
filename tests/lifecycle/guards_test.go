package lifecycle

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/oncluster"
	"github.com/mosaic-stories/mosaic-database/tests/pictures"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// answered is what a preview said.
func answered(result *engine.Result, err error) pictures.Answer {
	switch {
	case err == nil:
		return pictures.Answer{Says: "goes through", Fill: "grey"}
	case strings.Contains(err.Error(), "rule: immutable"):
		return pictures.Answer{Says: "refused: immutable setting", Fill: "green"}
	case strings.Contains(result.Stdout+err.Error(), "protect"):
		return pictures.Answer{Says: "refused: protected resource", Fill: "blue"}
	}
	return pictures.Answer{Says: err.Error(), Fill: "plain"}
}

// attempted tries to change and to remove the stack, in previews.
func attempted(l *live.Stack) []pictures.Answer {
	l.T.Helper()
	var answers []pictures.Answer
	for _, change := range [][2]string{{"database.username", "somebody"}, {"app.secretName", "another-secret"}} {
		l.MustSet(change[0], change[1])
		answers = append(answers, answered(l.Preview(l.T.Context())))
		l.MustUnset(change[0])
	}
	byRDS := pictures.Answer{Says: "goes through", Fill: "grey"}
	if l.One(live.InstanceType).Properties["deletionProtection"] == true {
		byRDS = pictures.Answer{Says: "refused: RDS's own protection", Fill: "yellow"}
	}
	return append(answers, answered(l.PreviewDestroy(l.T.Context())), byRDS)
}

// TestPictureOfTheGuards makes the attempts at each part of a stack's life. What goes through is what docs/why/protection.md says.
func TestPictureOfTheGuards(t *testing.T) {
	oncluster.Simulated(t, "the first run is stopped")
	l := live.Start(t, "prod")
	l.Cloud.Fail(func(op simcloud.Operation) error {
		if op.Op == "create" && op.Type == live.ExternalSecretType {
			return errors.New("injected")
		}
		return nil
	})
	l.MustFail(l.Up(t.Context()))
	l.Cloud.Fail(nil)
	phases := []pictures.Phase{{Name: "a first run, stopped before the credentials are in the cluster", Answers: attempted(l)}}
	l.MustUp()
	phases = append(phases, pictures.Phase{Name: "live", Answers: attempted(l)})
	l.MustSet("database.deletionProtection", "false")
	phases = append(phases, pictures.Phase{Name: "deletionProtection: false in the file, before the up", Answers: attempted(l)})
	l.MustUp()
	phases = append(phases, pictures.Phase{Name: "after that up", Answers: attempted(l)})
	_, err := l.Destroy(t.Context())
	require.NoError(t, err)
	require.Len(t, l.Cloud.Objects(simcloud.SnapshotType), 1)
	for _, phase := range phases[1:] {
		for _, answer := range phase.Answers[:2] {
			assert.Contains(t, answer.Says, "immutable", phase.Name)
		}
	}
	for i, phase := range phases {
		assert.Equal(t, i == 3, phase.Answers[2].Says == "goes through", phase.Name)
	}
	phases = append(phases, pictures.Phase{Name: "destroyed: a final snapshot is left"})
	attempts := []string{"another username of the database", "another name of the Secret", "pulumi destroy", "DeleteDBInstance, without Pulumi"}
	pictures.Check(t, "guards", pictures.Guards(attempts, phases))
}
