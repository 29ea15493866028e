package recipes

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTheCheckTellsWhenRDSRotated: the state has no time of a password that RDS manages, so the check asks Secrets Manager for that of RDS's secret, and
// reads no content.
func TestTheCheckTellsWhenRDSRotated(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	const arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1-abcdef"
	outputs := outputsOf(t, state)
	outputs["masterUserSecretArn"] = arn
	managed, err := json.Marshal(outputs)
	require.NoError(t, err)
	moment := func(days int) string {
		return time.Now().AddDate(0, 0, days).Add(-time.Minute).UTC().Format("2006-01-02T15:04:05.000000+00:00")
	}
	for name, test := range map[string]struct{ reply, want string }{
		"rotated": {`echo '{"CreatedDate": "` + moment(-40) + `", "LastRotatedDate": "` + moment(-3) + `", "NextRotationDate": "` + moment(4) + `", "RotationEnabled": true, "RotationRules": {"AutomaticallyAfterDays": 7}}'`,
			"RDS rotated it 3 days ago, and does every 7 days\n"},
		"not yet": {`echo '{"CreatedDate": "` + moment(-1) + `", "NextRotationDate": "` + moment(6) + `", "RotationEnabled": true, "RotationRules": {"AutomaticallyAfterDays": 7}}'`,
			"RDS made it 1 day ago, and has not rotated it yet\n"},
		"by a schedule of one's own": {`echo '{"CreatedDate": "` + moment(-40) + `", "LastRotatedDate": "` + moment(0) + `", "RotationEnabled": true, "RotationRules": {"ScheduleExpression": "cron(0 4 ? * SUN *)"}}'`,
			"RDS rotated it 0 days ago\n"},
		"overdue": {`echo '{"CreatedDate": "` + moment(-40) + `", "LastRotatedDate": "` + moment(-12) + `", "NextRotationDate": "` + moment(-5) + `", "RotationEnabled": true, "RotationRules": {"AutomaticallyAfterDays": 7}}'`,
			"RDS rotated it 12 days ago; it was due 5 days ago (docs/how-to/rotation.md)\n"},
		"switched off": {`echo '{"ARN": "` + arn + `", "CreatedDate": "` + moment(-40) + `", "LastRotatedDate": "` + moment(-30) + `", "RotationEnabled": false}'`,
			"RDS rotated it 30 days ago; its rotation is off: aws secretsmanager rotate-secret --secret-id " + arn + " --rotation-rules AutomaticallyAfterDays=7\n"},
		"not readable": {"echo AccessDeniedException >&2; exit 254", "not known: AccessDeniedException\n"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			described := on("aws --region us-east-1 secretsmanager describe-secret --secret-id "+arn+" --output json", "").do(`[ "$TZ" = UTC ] || exit 3; ` + test.reply)
			b.expect(append(inClusterOf(string(managed)), append(links(t, state), described)...)...)
			r := b.just("", "db-check", "prod")
			assert.Zero(t, r.code, r.stdout+r.stderr)
			assert.Contains(t, r.stdout, "\n-       the master user's password: "+test.want)
			assert.Equal(t, 1, strings.Count(r.stdout, "the master user's password: "))
		})
	}
}
