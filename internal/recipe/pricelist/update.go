// Package pricelist brings the table of prices up to date from AWS's price list: the public files of RDS, Secrets Manager, KMS and CloudWatch,
// of every region.
package pricelist

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
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

// Run reads all lists and then writes the table. A price that is not as expected stays as it was, and so does a region of which a list cannot be
// used: the rest is written, and the error says what was not. Where only dates would change, nothing is written.
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
	had, err := table(u.Folder).regions()
	if err != nil {
		return err
	}
	news := report{today: u.Today}
	for _, region := range had {
		if !slices.Contains(regions, region) {
			news.missing = append(news.missing, region+": AWS has no list of "+rds)
		}
	}
	updated, wrong := map[string]prices.Region{}, wrongs{}
	for _, region := range regions {
		u.Say("reading the lists of %s", region)
		old, err := table(u.Folder).read(region)
		if err != nil {
			return err
		}
		m, err := u.region(ctx, at, paths, region, old)
		if ctx.Err() != nil {
			return fmt.Errorf("%w; the prices were not changed", context.Cause(ctx))
		}
		wrong.add(region, m.odd)
		if err != nil {
			all := reasons(err)
			wrong.add(region, all)
			news.missing = append(news.missing, region+": "+strings.Join(all, "; "))
			continue
		}
		news.take(region, m)
		news.written = news.written || !sameFigures(old, m.prices)
		updated[region] = m.prices
	}
	if err := u.write(updated, news); err != nil {
		return err
	}
	return wrong.err(len(updated))
}

// merged is a region with what its lists have.
type merged struct {
	prices  prices.Region
	changes []change
	missing []string
	odd     problems
}

// region reads the lists of a region and merges them into its prices. The error is of a list that cannot be used.
func (u Update) region(ctx context.Context, at site, paths map[string]map[string]string, name string, old prices.Region) (merged, error) {
	m := merged{prices: old}
	for _, service := range services() {
		path, ok := paths[service][name]
		if !ok {
			m.missing = append(m.missing, fmt.Sprintf("%s: AWS has no list of %s", name, service))
			continue
		}
		l, err := at.list(ctx, service, name, path)
		if err != nil {
			return merged{}, err
		}
		var changes []change
		m.prices, changes = merge(m.prices, l, u.Today)
		m.changes = append(m.changes, changes...)
		m.odd = append(m.odd, slices.Sorted(maps.Values(l.odd))...)
	}
	return m, nil
}

// reasons are why a list cannot be used.
func reasons(err error) problems {
	var all problems
	if errors.As(err, &all) {
		return all
	}
	return problems{err.Error()}
}

// write writes the table, if more than dates differ, and the report; nothing if no region can be used.
func (u Update) write(updated map[string]prices.Region, news report) error {
	if len(updated) == 0 {
		return nil
	}
	if news.written {
		for _, region := range slices.Sorted(maps.Keys(updated)) {
			if err := table(u.Folder).write(region, updated[region]); err != nil {
				return err
			}
		}
	}
	_, err := io.WriteString(u.Out, news.markdown())
	return err
}

// sameFigures tells whether two tables of a region have the same prices with the same sources, apart from the dates of the sources.
func sameFigures(a, b prices.Region) bool {
	return maps.EqualFunc(a.InstanceHour, b.InstanceHour, func(x, y prices.InstanceHour) bool { return reflect.DeepEqual(x, y) }) &&
		maps.EqualFunc(a.Item, b.Item, func(x, y prices.Item) bool { return reflect.DeepEqual(x, y) })
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

// err is what a run says that left something as it was, of a number of regions that it could use; nil if it left nothing.
func (w wrongs) err(used int) error {
	if len(w) == 0 {
		return nil
	}
	outcome := "these prices were left as they were, and all others are up to date"
	if used == 0 {
		outcome = "the prices were not changed"
	}
	lines := []string{"AWS's price list is not as expected; " + outcome + ":"}
	for _, problem := range slices.Sorted(maps.Keys(w)) {
		lines = append(lines, fmt.Sprintf("  %s: %s", strings.Join(w[problem], ", "), problem))
	}
	return errors.New(strings.Join(lines, "\n"))
}
