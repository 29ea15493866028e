// Package pricelist brings the table of prices up to date from AWS's price list: the public files of RDS, Secrets Manager, KMS and CloudWatch,
// of every region.
package pricelist

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/mosaic-stories/mosaic-database/internal/cost/prices"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Update is one run.
type Update struct {
	From   string        // where the price lists are, such as [AWS]
	Folder string        // internal/cost/prices
	Today  string        // the day of this run, such as 2026-12-01: the date of the prices
	Pause  time.Duration // before another attempt after one that failed
	Out    io.Writer     // gets what changed, as Markdown
	Say    func(format string, args ...any)
}

// Run reads all lists and then writes the table; if any list is wrong, it writes nothing and says all that is wrong.
func (u Update) Run(ctx context.Context) error {
	at := site{base: strings.TrimSuffix(u.From, "/"), pause: u.Pause}
	paths := map[string]map[string]string{} // by service and region
	for _, service := range services() {
		found, err := at.regions(ctx, service)
		if err != nil {
			return fmt.Errorf("%w; the prices were not changed", err)
		}
		paths[service] = found
	}
	regions, others := offered(paths[rds])
	if len(others) > 0 {
		u.Say("left out, of partitions whose prices are elsewhere or not in USD: %s", strings.Join(others, ", "))
	}
	news := report{today: u.Today, regions: regions}
	updated, wrong := map[string]prices.Region{}, wrongs{}
	for _, region := range regions {
		u.Say("reading the lists of %s", region)
		merged, err := table(u.Folder).read(region)
		if err != nil {
			return err
		}
		for _, service := range services() {
			path, ok := paths[service][region]
			if !ok {
				news.missing = append(news.missing, fmt.Sprintf("%s: AWS has no list of %s", region, service))
				continue
			}
			l, err := at.list(ctx, service, region, path)
			var problems problems
			switch {
			case errors.As(err, &problems):
				wrong.add(region, problems)
				continue
			case err != nil:
				return fmt.Errorf("%w; the prices were not changed", err)
			}
			var changes []change
			merged, changes = merge(merged, l, u.Today)
			news.changes = append(news.changes, changes...)
		}
		updated[region] = merged
	}
	if len(wrong) > 0 {
		return wrong
	}
	return u.write(updated, news)
}

func (u Update) write(updated map[string]prices.Region, news report) error {
	t := table(u.Folder)
	had, err := t.regions()
	if err != nil {
		return err
	}
	for _, region := range had {
		if _, ok := updated[region]; !ok {
			news.missing = append(news.missing, region+": AWS has no list of "+rds)
		}
	}
	for _, region := range slices.Sorted(maps.Keys(updated)) {
		if err := t.write(region, updated[region]); err != nil {
			return err
		}
	}
	_, err = io.WriteString(u.Out, news.markdown())
	return err
}

// offered are the regions of an index whose prices the table has, and those of other partitions. Local Zones are neither.
func offered(paths map[string]string) (regions, others []string) {
	name := regexp.MustCompile(naming.Region)
	for _, region := range slices.Sorted(maps.Keys(paths)) {
		switch partition := naming.Partition(region); {
		case !name.MatchString(region):
		case partition == "aws" || partition == "aws-us-gov":
			regions = append(regions, region)
		default:
			others = append(others, region)
		}
	}
	return regions, others
}

// wrongs are the regions that have a problem, by the problem.
type wrongs map[string][]string

func (w wrongs) add(region string, all problems) {
	for _, problem := range all {
		w[problem] = append(w[problem], region)
	}
}

func (w wrongs) Error() string {
	lines := []string{"AWS's price list is not as expected; the prices were not changed:"}
	for _, problem := range slices.Sorted(maps.Keys(w)) {
		lines = append(lines, fmt.Sprintf("  %s: %s", strings.Join(w[problem], ", "), problem))
	}
	return strings.Join(lines, "\n")
}
