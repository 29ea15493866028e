package recipes

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A test message goes out once, through the alarm, and only where somebody gets it.
func TestAlertTest(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	const (
		alarm     = "mosaic-prod-db-many-transaction-ids"
		topic     = "arn:aws:sns:us-east-1:123456789012:mosaic-prod-alerts"
		confirmed = `[{"Endpoint": "ops@example.com", "SubscriptionArn": "` + topic + `:1"}, {"Endpoint": "https://on-call.example.com", "SubscriptionArn": "` + topic + `:2"}]`
		none      = "null"
	)
	found := func(state string) call {
		return on("aws --region us-east-1 cloudwatch describe-alarms --alarm-names "+alarm+" --output json --query MetricAlarms[0]",
			`{"StateValue": "`+state+`", "AlarmActions": ["`+topic+`"]}`)
	}
	subscribed := func(answer string) call {
		return on("aws --region us-east-1 sns list-subscriptions-by-topic --topic-arn "+topic+" --output json --query Subscriptions[]", answer)
	}
	history := func(answer string) call {
		return on("aws --region us-east-1 cloudwatch describe-alarm-history --alarm-name "+alarm+" --history-item-type Action --max-records 1 --output json --query AlarmHistoryItems[0]", answer)
	}
	set := func(state string) call {
		return on("aws --region us-east-1 cloudwatch set-alarm-state --alarm-name "+alarm+" --state-value "+state+" --state-reason", "").with("A test by just db-alert-test: nothing is wrong")
	}
	action := func(summary string) call {
		return history(`{"Timestamp": "2026-11-27T10:00:00+00:00", "HistorySummary": "` + summary + `"}`)
	}
	counted := func(metric, answer string) call {
		return on("aws --region us-east-1 cloudwatch get-metric-statistics --namespace AWS/SNS --metric-name NumberOfNotifications"+metric+" --dimensions Name=TopicName,Value=mosaic-prod-alerts"+
			" --start-time MOMENT --end-time MOMENT --period 60 --statistics Sum --output json --query sum(Datapoints[].Sum)", answer)
	}
	taken := func(counts ...call) []call {
		return append([]call{found("OK"), subscribed(confirmed), history(none), set("ALARM"), history(none), action("Successfully executed action " + topic), set("OK")}, counts...)
	}
	for name, test := range map[string]struct {
		answers string
		calls   []call
		want    string // part of what is said
		code    int
		fails   bool
	}{
		"the topic takes it": {answers: "yes\n", want: `took the message; look for "ALARM: ` + alarm + `", and then "OK: ` + alarm + `", at ops@example.com, https://on-call.example.com`,
			calls: taken(counted("Delivered", "4.0"), counted("Failed", "0"))},
		"it arrives": {answers: "yes\n", want: "db-alert-test: 2 of 4 delivered so far, none failed\ndb-alert-test: SEEN TO ARRIVE: SNS delivered 4 messages to ops@example.com, https://on-call.example.com, and none failed",
			calls: taken(counted("Delivered", "2.0"), counted("Failed", "0"), counted("Delivered", "4.0"), counted("Failed", "0"))},
		"SNS cannot deliver it": {answers: "yes\n", fails: true, code: 1, want: "FAILED: SNS could not deliver 2 messages of " + topic + ", and delivered 2: check each of ops@example.com",
			calls: taken(counted("Delivered", "2.0"), counted("Failed", "2.0"))},
		"the metrics do not come": {answers: "yes\n", fails: true, code: 4, want: "0 of 4 delivered so far, none failed\ndb-alert-test: NOT KNOWN YET: SNS has not counted all messages",
			calls: taken(counted("Delivered", "0"), counted("Failed", "0"), counted("Delivered", "0"), counted("Failed", "0"))},
		"the metrics are not read": {answers: "yes\n", fails: true, code: 4, want: "AccessDenied\ndb-alert-test: NOT KNOWN YET", calls: taken(counted("Delivered", "").do("echo AccessDenied >&2; exit 254"))},
		"the topic refuses it": {answers: "yes\n", fails: true, want: "did not take the message: Failed to execute action " + topic,
			calls: []call{found("INSUFFICIENT_DATA"), subscribed(confirmed), history(none), set("ALARM"), action("Failed to execute action " + topic), set("OK")}},
		"nothing happens": {answers: "yes\n", fails: true, want: "CloudWatch has not tried to send anything",
			calls: []call{found("OK"), subscribed(confirmed), history(none), set("ALARM"), history(none), history(none), set("OK")}},
		"no": {answers: "no\n", fails: true, want: "and so send two messages to ops@example.com", calls: []call{found("OK"), subscribed(confirmed)}},
		"an address has not confirmed": {fails: true, want: "these have not confirmed their subscription, and get no messages: dev@example.com; open the link",
			calls: []call{found("OK"), subscribed(`[{"Endpoint": "ops@example.com", "SubscriptionArn": "` + topic + `:1"}, {"Endpoint": "dev@example.com", "SubscriptionArn": "PendingConfirmation"}]`)}},
		"nobody is subscribed": {fails: true, want: "nobody is subscribed to " + topic, calls: []call{found("OK"), subscribed("[]")}},
		"a real alarm":         {fails: true, want: "is in ALARM already", calls: []call{found("ALARM")}},
		"no alarm": {fails: true, want: "set alerts.emails or alerts.topicArn",
			calls: []call{on("aws --region us-east-1 cloudwatch describe-alarms --alarm-names "+alarm+" --output json --query MetricAlarms[0]", "null")}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			b.env = append(b.env, "ALERT_PATIENCE=2", "ALERT_INTERVAL=0", "DELIVERY_PATIENCE=2", "DELIVERY_INTERVAL=0")
			b.expect(append([]call{outputs, account}, test.calls...)...)
			r := b.just(test.answers, "db-alert-test", "prod")
			assert.Equal(t, test.fails, r.code != 0, r.stderr)
			if test.code != 0 {
				assert.Equal(t, test.code, r.code, r.stderr)
			}
			assert.Contains(t, r.stderr, test.want)
		})
	}
}
