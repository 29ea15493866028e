package config

import "github.com/mosaic-stories/mosaic-database/internal/config/schema"

// Notify tells whether the alarms have somebody to notify.
func (a Alerts) Notify() bool { return len(a.Emails) > 0 || a.TopicArn != "" }

// alerts holds the topic to the region, and lets it be the only one.
func (l *loader) alerts() {
	a := l.config.Alerts
	if a.TopicArn == "" {
		return
	}
	l.placed("alerts.topicArn", "topic", a.TopicArn)
	for _, own := range []struct {
		key   string
		given bool
		value any
	}{{"alerts.emails", len(a.Emails) > 0, a.Emails}, {"alerts.kmsKeyId", a.KmsKeyID != "", a.KmsKeyID}} {
		if own.given {
			l.conflict(Problem{Key: own.key, Value: schema.Show(own.value),
				Rule: "not beside topicArn: whom that topic notifies, and its key, are its own settings",
				Fix:  "nothing: remove the field, and subscribe the addresses to the topic; or no topicArn"}, "alerts.topicArn")
		}
	}
}
