package lock

import "github.com/mosaic-stories/mosaic-database/internal/config"

// TopicKey is the key of the topic that the alarms notify and that this program did not make. It may change; that a run had it tells the next one that
// it was there.
var TopicKey = config.Key("alerts.topicArn")

// topic is that topic; none if the program makes one.
func topic(c *config.Config) map[string]string {
	if c.Alerts.TopicArn == "" {
		return nil
	}
	return map[string]string{TopicKey: c.Alerts.TopicArn}
}
