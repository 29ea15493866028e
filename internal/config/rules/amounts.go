package rules

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/controls"
)

func amounts() schema.Rules {
	return schema.Rules{
		"insightsDays": insightsDays(),
		"recoveryDays": zeroOr(7, 30),
		"autoscaling":  zeroOr(20, 65536), // GiB, as of any instance
	}
}

// insightsDays asks for a retention that Performance Insights sells.
func insightsDays() schema.Rule {
	const month, months = 31, 23
	retentions := []int{0, 7, 731}
	for n := 1; n <= months; n++ {
		retentions = append(retentions, n*month)
	}
	return schema.Check("0 (off), 7, a multiple of 31 from 31 to 713, or 731", func(days int) string {
		switch {
		case days == 0, days == 7, days == 731, days >= month && days <= months*month && days%month == 0:
			return ""
		case days > 0 && days < month:
			return "7 or 31"
		case days > month && days < months*month:
			return strconv.Itoa(days/month*month) + " or " + strconv.Itoa((days/month+1)*month)
		}
		return "one such as 7, 31, 465 or 731"
	}).As("enum", retentions)
}

// zeroOr asks for 0, which switches something off, or for a number from low to high.
func zeroOr(low, high int) schema.Rule {
	return schema.Check(fmt.Sprintf("0, or from %d to %d", low, high), func(n int) string {
		switch {
		case n == 0, n >= low && n <= high:
			return ""
		case n > high:
			return fmt.Sprintf("%d or less", high)
		}
		return fmt.Sprintf("0 or %d", low)
	}).As("anyOf", []any{map[string]any{"const": 0}, map[string]any{"minimum": low, "maximum": high}})
}

// What AWS takes in the names and values of tags.
const tagLetters = `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`

var tagText = regexp.MustCompile("^" + tagLetters + "$")

// reservedTag is what AWS keeps for itself.
const reservedTag = `^([aA][wW][sS]|[rR][dD][sS]):`

var reservedTagText = regexp.MustCompile(reservedTag)

// tag asks for a tag that every service accepts whose resources have it. Lengths and characters are the same for all (AWS Tagging User Guide;
// IAM API Reference: Tag). The prefix aws: is reserved in names everywhere and in values by Secrets Manager and RDS, which adds rds: to both
// (Secrets Manager API Reference: Tag; RDS API Reference: Tag). Which names are the same is for the configuration to say: see its tags.
func tag() schema.Rule {
	const longestName, longestValue = 128, 256
	return schema.Check("name of 1 to 128 and value of at most 256 letters, digits, spaces and _ . : / = + - @; neither beginning with aws: or rds:",
		func(e schema.Entry) string {
			switch {
			case reservedTagText.MatchString(e.Name):
				return "a name without the prefix aws: or rds:"
			case reservedTagText.MatchString(e.Value):
				return "a value without the prefix aws: or rds:"
			case e.Name == "" || len([]rune(e.Name)) > longestName:
				return "a name of 1 to 128 characters"
			case len([]rune(e.Value)) > longestValue:
				return "a value of at most 256 characters"
			case !tagText.MatchString(e.Name + e.Value):
				return "letters, digits, spaces and _ . : / = + - @ only"
			}
			return ""
		}).
		As("propertyNames", map[string]any{"minLength": 1, "maxLength": longestName, "pattern": tagText.String(), "not": map[string]any{"pattern": reservedTag}}).
		As("additionalProperties", map[string]any{"type": "string", "maxLength": longestValue, "pattern": tagText.String(), "not": map[string]any{"type": "string", "pattern": reservedTag}})
}

// tagCount leaves room for the program's own tags, of the 50 that AWS allows.
func tagCount() schema.Rule {
	const most = 40
	return schema.Check(fmt.Sprintf("at most %d tags", most), func(tags map[string]string) string {
		if len(tags) <= most {
			return ""
		}
		return fmt.Sprintf("%d tags fewer", len(tags)-most)
	}).As("maxProperties", most)
}

// waiver asks for a control that there is, and for a reason.
func waiver() schema.Rule {
	const shortest = 10 // characters of a reason
	var ids []string
	for _, c := range controls.All() {
		ids = append(ids, c.ID)
	}
	return schema.Check("id of a control as docs/reference/controls.md has it, with a reason", func(e schema.Entry) string {
		if control, ok := controls.Lookup(e.Name); !ok || control.ID != e.Name {
			return cmp.Or(control.ID, schema.Closest(e.Name, ids), "one such as "+ids[0])
		}
		if len(strings.TrimSpace(e.Value)) < shortest {
			return "the reason, in a sentence"
		}
		return ""
	}).As("propertyNames", map[string]any{"enum": ids}).As("additionalProperties", map[string]any{"type": "string", "minLength": shortest})
}
