package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// Loads tells whether a Job fills the active instance from another one that is still there. It does so once; in later runs it is there, and
// has been done.
func (c *Config) Loads() bool {
	r := c.Restore
	return r.DumpAndLoad && r.Serving == r.Generation && slices.ContainsFunc(c.Retained(), func(one Retained) bool { return one.Identifier == r.SourceInstanceIdentifier })
}

// dumpAndLoad asks for an earlier instance to dump, and for what the Job needs.
func (l *loader) dumpAndLoad() {
	c, r := l.config, l.config.Restore
	if !r.DumpAndLoad {
		return
	}
	var earlier []string
	for n := 1; n < r.Generation; n++ {
		earlier = append(earlier, c.Generation(n))
	}
	if r.Generation == 1 {
		l.conflict(Problem{Key: "restore.dumpAndLoad", Value: schema.Show(r.DumpAndLoad),
			Rule: "only with a generation after the first: there is no other instance to dump",
			Fix:  "restore.generation: 2 beside it"}, "restore.generation")
	} else if !slices.Contains(earlier, r.SourceInstanceIdentifier) {
		l.conflict(Problem{Key: "restore.sourceInstanceIdentifier", Value: schema.Show(r.SourceInstanceIdentifier),
			Rule: "with dumpAndLoad, an instance or a cluster of this stack that is older than the newest",
			Fix:  "the one that is active, of " + strings.Join(earlier, ", ")}, "restore.dumpAndLoad", "restore.generation")
	}
	if c.Delivery != DeliveryPulumi {
		l.conflict(Problem{Key: "restore.dumpAndLoad", Value: schema.Show(r.DumpAndLoad),
			Rule: fmt.Sprintf("not with delivery %s: this program runs a Job in the cluster before the secrets get another content", c.Delivery),
			Fix:  "delivery: pulumi; or dump and load by hand into another stack (docs/how-to/moving-in.md)"}, "delivery")
	}
	l.dumpImage()
}

// imageMajor finds the major version in the tag of an official image of PostgreSQL.
var imageMajor = regexp.MustCompile(`(?:^|/)postgres:(\d+)(?:[.-]|@|$)`)

// dumpImage asks for an image whose pg_dump knows the engine's version, where its tag says what it has: an older pg_dump refuses.
func (l *loader) dumpImage() {
	image, version := l.config.Database.BootstrapImage, ParseVersion(l.config.Database.EngineVersion)
	if found := imageMajor.FindStringSubmatch(image); found != nil {
		if major, err := strconv.Atoi(found[1]); err == nil && major < version.Major {
			l.conflict(Problem{Key: "database.bootstrapImage", Value: image,
				Rule: fmt.Sprintf("with restore.dumpAndLoad, one with PostgreSQL %d or later: pg_dump dumps no later version than its own", version.Major),
				Fix:  fmt.Sprintf("postgres:%d-alpine with its digest", version.Major)}, "database.engineVersion", "restore.dumpAndLoad")
		}
	}
}
