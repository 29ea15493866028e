package config

import (
	"cmp"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/controls"
)

// waiverRule asks for a control that there is, and for a reason.
func waiverRule() rule[entry] {
	const shortest = 10 // characters of a reason
	return rule[entry]{
		text: "id of a control as docs/controls.md has it, with a reason",
		check: func(e entry) string {
			if control, ok := controls.Lookup(e.name); !ok || control.ID != e.name {
				var ids []string
				for _, c := range controls.All() {
					ids = append(ids, c.ID)
				}
				return cmp.Or(control.ID, closest(e.name, ids), "one such as "+ids[0])
			}
			if len(strings.TrimSpace(e.value)) < shortest {
				return "the reason, in a sentence"
			}
			return ""
		},
	}
}
