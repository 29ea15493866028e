package lock

import (
	"fmt"
	"strconv"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

var (
	copyRegionKey      = config.Key("backups.copyToRegion")
	copyDaysKey        = config.Key("backups.copyRetentionDays")
	copyKmsKey         = config.Key("backups.copyKmsKeyId")
	copyUnprotectedKey = config.Key("backups.copyUnprotected")
)

// copies is how the backups are copied to another region, by full key; empty where they are not.
func copies(c *config.Config) map[string]string {
	b := c.Backups
	if b.CopyToRegion == "" {
		return nil
	}
	return map[string]string{
		copyRegionKey: b.CopyToRegion, copyDaysKey: strconv.Itoa(b.CopyRetentionDays), copyKmsKey: b.CopyKmsKeyID,
		copyUnprotectedKey: strconv.FormatBool(b.CopyUnprotected),
	}
}

// changedCopies lets the copying end in two runs alone, and change by ending. RDS changes neither the region nor the days nor the key of
// copies: it would end them, and begin others, and between the two nothing is in another region.
func changedCopies(c *config.Config, before map[string]string) schema.Problems {
	region := before[copyRegionKey]
	now := copies(c)
	if region == "" || now == nil && before[copyUnprotectedKey] == "true" {
		return nil
	}
	if now == nil {
		return schema.Problems{{
			Key: copyRegionKey, Value: "not set",
			Rule: fmt.Sprintf("protected: no more backups would be copied to %s, and the copies there would expire after %s days", region, before[copyDaysKey]),
			Fix:  region + "; to end the copying, add copyUnprotected: true beside it in this run, and remove both lines in a later one",
		}}
	}
	var problems schema.Problems
	for _, key := range []string{copyRegionKey, copyDaysKey, copyKmsKey} {
		if was := before[key]; was != now[key] {
			problems = append(problems, schema.Problem{
				Key: key, Value: orUnset(now[key]),
				Rule: stays(was) + " while backups are copied: RDS cannot change it",
				Fix:  asWritten(was) + "; or end the copying in two runs, and begin again in a third one (docs/how-to/region.md)",
			})
		}
	}
	return problems
}
