package lifecycle

import (
	"strings"
	"testing"

	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/oncluster"
	"github.com/mosaic-stories/mosaic-database/tests/pictures"
)

// generations is what each instance is at the moment, and to which the pods' Secret leads.
func generations(l *live.Stack) []pictures.Answer {
	l.T.Helper()
	var answers []pictures.Answer
	active := ""
	for _, identifier := range []string{"mosaic-prod-db", "mosaic-prod-db-2"} {
		instance := instanceNamed(l, identifier)
		switch {
		case instance == nil:
			answers = append(answers, pictures.Answer{Says: "not there", Fill: "frame"})
			continue
		case instance.Text("address") == l.KubeSecret("DB_HOST"):
			active = identifier
			answers = append(answers, pictures.Answer{Says: "active", Fill: "green"})
			continue
		}
		is := "retained"
		if active != "" {
			is = "beside it" // a later one than clients use
		}
		answer := pictures.Answer{Says: is + ", unprotected", Fill: "yellow"}
		if l.ResourcesByLabel()[live.InstanceType+"::"+identifier].Protect {
			answer = pictures.Answer{Says: is + ", protected", Fill: "blue"}
		}
		answers = append(answers, answer)
	}
	return append(answers, pictures.Answer{Says: active, Fill: "plain"})
}

// TestPictureOfARestore restores, goes back and forth, and deletes the old instance, by changes of the stack file.
func TestPictureOfARestore(t *testing.T) {
	oncluster.Simulated(t, "it is drawn once")
	t.Parallel()
	l := live.Started(t, "prod")
	phases := []pictures.Phase{{Name: "before", Answers: generations(l)}}
	for _, step := range []struct{ name, set, unset string }{
		{"restored with --beside", "restore.generation=2 restore.useLatestRestorableTime=true restore.sourceInstanceIdentifier=mosaic-prod-db restore.serving=1", ""},
		{"db-serve 2, or restored at once", "", "restore.serving"},
		{"db-serve 1: back", "restore.serving=1", ""},
		{"db-serve 2: forward again", "", "restore.serving"},
		{"db-release, first run", "restore.unprotected[0]=mosaic-prod-db", ""},
		{"db-release, second run: with a final snapshot", "restore.released[0]=mosaic-prod-db", "restore.unprotected"},
	} {
		for _, setting := range strings.Fields(step.set) {
			path, value, _ := strings.Cut(setting, "=")
			l.MustSet(path, value)
		}
		if step.unset != "" {
			l.MustUnset(step.unset)
		}
		l.MustUp()
		phases = append(phases, pictures.Phase{Name: step.name, Answers: generations(l)})
	}
	pictures.Check(t, "restore", pictures.Restore([]string{"generation 1, mosaic-prod-db", "generation 2, mosaic-prod-db-2", "the pods' Secret leads to"}, phases))
}
