package lifecycle

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// notifying is dev whose alarms notify a topic that it does not make.
func notifying(t *testing.T, topic string) *live.Stack {
	t.Helper()
	l := live.Start(t, "dev")
	l.MustUnset("alerts.emails")
	l.MustSet("alerts.topicArn", topic)
	return l
}

// answering lets SNS refuse the lookup of a topic.
func answering(l *live.Stack, says string) {
	l.Cloud.Fail(func(op simcloud.Operation) error {
		if says != "" && strings.HasSuffix(op.Type, "getTopic") {
			return errors.New(says)
		}
		return nil
	})
}

// TestATopicThatIsNotThere: a topic is asked for before anything is made. One that goes later keeps nobody from a run, and the preview says that nobody
// is notified any more.
func TestATopicThatIsNotThere(t *testing.T) {
	t.Parallel()
	l := notifying(t, "arn:aws:sns:us-east-1:123456789012:mosaic-none") // the simulated account has all but those of this program
	before := l.Inventory()
	why := l.MustFail(l.Preview(t.Context()))
	assert.Contains(t, why, "alerts.topicArn: arn:aws:sns:us-east-1:123456789012:mosaic-none")
	assert.Contains(t, why, "an existing topic: RDS accepts no other for its events")
	assert.Contains(t, why, "aws sns list-topics")
	assert.Equal(t, before, l.Inventory())

	l.MustSet("alerts.topicArn", "arn:aws:sns:us-east-1:123456789012:on-call")
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	answering(l, "no matching SNS Topic found")
	result, err := l.Preview(t.Context())
	require.NoError(t, err)
	assert.Contains(t, live.Everything(result), "alerts.topicArn: arn:aws:sns:us-east-1:123456789012:on-call was deleted since the last run, so alarms and events notify nobody")
	assert.Empty(t, l.MustUp())

	l.MustSet("alerts.topicArn", "arn:aws:sns:us-east-1:123456789012:another")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "an existing topic", "another one has to be there")
}

// TestATopicThatIsNotSeen: a role that may not ask goes on with a warning, another fault of SNS is an error, and the topic of another account is not asked for.
func TestATopicThatIsNotSeen(t *testing.T) {
	t.Parallel()
	l := notifying(t, "arn:aws:sns:us-east-1:123456789012:on-call")
	answering(l, "reading SNS Topic: operation error SNS: ListTopics, api error AuthorizationError: User: arn:aws:sts::123456789012:assumed-role/preview/session is not authorized to perform: SNS:ListTopics")
	result, err := l.Preview(t.Context())
	require.NoError(t, err)
	assert.Contains(t, live.Everything(result), "this role may not ask SNS whether the topic of alerts.topicArn exists: run just bootstrap again")
	answering(l, "reading SNS Topic: operation error SNS: ListTopics, api error Throttled")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "looking up the topic arn:aws:sns:us-east-1:123456789012:on-call")
	l.MustSet("alerts.topicArn", "arn:aws:sns:us-east-1:210987654321:on-call")
	l.MustPreview()
}
