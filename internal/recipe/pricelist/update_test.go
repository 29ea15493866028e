package pricelist

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/cost/prices"
)

// Paths of the lists in testdata.
const (
	index   = "/offers/v1.0/aws/AmazonRDS/current/region_index.json"
	rdsList = "/offers/v1.0/aws/AmazonRDS/20261119214523/us-east-1/index.json"
	irish   = "/offers/v1.0/aws/AmazonRDS/20261119214523/eu-west-1/index.json"
	kmsList = "/offers/v1.0/aws/awskms/20251104081500/us-east-1/index.json"
)

// before is a table that another one than AWS is the source of.
func before() prices.Region {
	return prices.Region{
		Sources: map[string]prices.Source{"a fixture": {What: "a public test fixture", Date: "2024-12"}, "a page": {What: "a page", Date: "2021"}},
		InstanceHour: map[string]prices.InstanceHour{
			"db.t3.micro":  {SingleAz: 0.018, MultiAz: 0.036, Sources: []string{"a fixture"}},
			"db.t3.medium": {SingleAz: 0.072, MultiAz: 0.144, Sources: []string{"a page"}},
			"db.m5.large":  {SingleAz: 0.178, MultiAz: 0.356, Sources: []string{"a fixture"}},
		},
		Item: map[string]prices.Item{
			"gp3 GB-month":                         {USD: 0.115, Sources: []string{"a page"}},
			"Database Insights Advanced vCPU-hour": {USD: 0.0125, Sources: []string{"a fixture"}},
		},
	}
}

// bench is a table that is updated from a stand-in for AWS's site.
type bench struct {
	t      *testing.T
	update Update
	out    bytes.Buffer
	said   []string
	asked  map[string]int                         // requests by path
	answer func(http.ResponseWriter, string) bool // answers a path in another way than testdata does
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, asked: map[string]int{}, answer: func(http.ResponseWriter, string) bool { return false }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.asked[r.URL.Path]++
		if !b.answer(w, r.URL.Path) {
			http.FileServerFS(os.DirFS("testdata")).ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	b.update = Update{From: server.URL, Folder: t.TempDir(), Today: "2026-12-01", Out: &b.out, Say: func(format string, args ...any) {
		b.said = append(b.said, fmt.Sprintf(format, args...))
	}}
	require.NoError(t, table(b.update.Folder).write("us-east-1", before()))
	return b
}

func (b *bench) region(name string) prices.Region {
	b.t.Helper()
	r, err := table(b.update.Folder).read(name)
	require.NoError(b.t, err)
	return r
}

// replace answers a path with its file, changed.
func (b *bench) replace(path, old, with string) {
	b.t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", path))
	require.NoError(b.t, err)
	require.Contains(b.t, string(text), old)
	b.answer = func(w http.ResponseWriter, asked string) bool {
		if asked == path {
			fmt.Fprint(w, strings.ReplaceAll(string(text), old, with))
		}
		return asked == path
	}
}

// What the table has after a run, worked out from the lists by hand: PostgreSQL alone, one standby, the region alone, the first tier that costs
// something; and what the lists lack, as it was.
func TestUpdate(t *testing.T) {
	b := newBench(t)
	require.NoError(t, b.update.Run(t.Context()))
	aws := []string{rds}
	us := b.region("us-east-1")
	assert.Equal(t, map[string]prices.InstanceHour{
		"db.t3.micro":  {SingleAz: 0.018, MultiAz: 0.036, Sources: aws},
		"db.t3.medium": {SingleAz: 0.073, MultiAz: 0.146, Sources: aws},
		"db.t4g.small": {SingleAz: 0.032, MultiAz: 0.065, Sources: aws},
		"db.x2g.large": {SingleAz: 0.377, MultiAz: 0.754, Sources: aws},
		"db.m5.large":  {SingleAz: 0.178, MultiAz: 0.356, Sources: []string{"a fixture"}},
	}, us.InstanceHour)
	assert.Equal(t, map[string]prices.Item{
		"gp3 GB-month": {USD: 0.115, Sources: aws}, "gp3 IOPS-month": {USD: 0.02, Sources: aws}, "gp3 MiBps-month": {USD: 0.08, Sources: aws},
		"io1 GB-month": {USD: 0.125, Sources: aws}, "io1 IOPS-month": {USD: 0.1, Sources: aws},
		"io2 GB-month": {USD: 0.125, Sources: aws}, "io2 IOPS-month": {USD: 0.1, Sources: aws},
		"Aurora backup GB-month": {USD: 0.021, Sources: aws},
		"backup GB-month":        {USD: 0.095, Sources: aws}, "CPU credit vCPU-hour": {USD: 0.075, Sources: aws},
		"secret-month": {USD: 0.4, Sources: []string{secretsManager}}, "10000 secret calls": {USD: 0.05, Sources: []string{secretsManager}},
		"key-month":   {USD: 1, Sources: []string{kms}},
		"alarm-month": {USD: 0.1, Sources: []string{cloudWatch}}, "metric-month": {USD: 0.3, Sources: []string{cloudWatch}}, "log GB": {USD: 0.5, Sources: []string{cloudWatch}}, "log GB-month": {USD: 0.03, Sources: []string{cloudWatch}},
		"Database Insights Advanced vCPU-hour": {USD: 0.0125, Sources: []string{"a fixture"}},
	}, us.Item)
	assert.Equal(t, map[string]prices.Source{
		"a fixture": {What: "a public test fixture", Date: "2024-12"},
		rds:         {What: "AWS's price list, published 2026-11-19", Date: "2026-12-01"}, secretsManager: {What: "AWS's price list, published 2026-06-02", Date: "2026-12-01"},
		kms: {What: "AWS's price list, published 2025-11-04", Date: "2026-12-01"}, cloudWatch: {What: "AWS's price list, published 2026-11-12", Date: "2026-12-01"},
	}, us.Sources, "without the page, of which no price is left")

	ireland := b.region("eu-west-1")
	assert.Equal(t, []string{"db.t3.micro", "db.x2g.large"}, slices.Sorted(maps.Keys(ireland.InstanceHour)))
	assert.Equal(t, 0.57, ireland.Item["log GB"].USD)
	assert.Equal(t, 0.05, ireland.Item["10000 secret calls"].USD, "of a usage type that only this region spells so")
	files, err := os.ReadDir(b.update.Folder)
	require.NoError(t, err)
	assert.Len(t, files, 2, "no Local Zone, no partition with prices of its own")
	assert.Contains(t, b.said, "left out, of partitions whose prices are elsewhere or not in USD: cn-north-1")
	assert.Equal(t, `AWS's price list as it was on 2026-12-01, of 2 regions: 2 prices changed, 40 are new in 2 regions, and of 2 the list has none any more.

Changed:

- us-east-1: db.t3.medium Multi-AZ, from 0.144 to 0.146 USD
- us-east-1: db.t3.medium Single-AZ, from 0.072 to 0.073 USD

Not in AWS's list; the table keeps them as they were, with their source:

- us-east-1: db.m5.large Multi-AZ, 0.356 USD
- us-east-1: db.m5.large Single-AZ, 0.178 USD
`, b.out.String())
}

// What a list had and a later one lacks keeps the date of the one that had it; everything else gets the date of the new one.
func TestAPriceThatALaterListLacks(t *testing.T) {
	b := newBench(t)
	require.NoError(t, b.update.Run(t.Context()))
	b.update.Today = "2027-01-01"
	b.out.Reset()
	b.replace(rdsList, "db.x2g.large", "db.x9g.large")
	require.NoError(t, b.update.Run(t.Context()))
	us := b.region("us-east-1")
	assert.Equal(t, prices.InstanceHour{SingleAz: 0.377, MultiAz: 0.754, Sources: []string{"AmazonRDS of 2026-12-01"}}, us.InstanceHour["db.x2g.large"])
	assert.Equal(t, "2026-12-01", us.Seen(us.InstanceHour["db.x2g.large"].Sources))
	assert.Equal(t, "2027-01-01", us.Seen(us.InstanceHour["db.t3.micro"].Sources))
	assert.Equal(t, "2024-12", us.Seen(us.InstanceHour["db.m5.large"].Sources))
	assert.Contains(t, b.out.String(), "- us-east-1: db.x2g.large Single-AZ, 0.377 USD\n")

	again := us
	b.update.Today = "2027-02-01"
	b.answer = func(http.ResponseWriter, string) bool { return false }
	require.NoError(t, b.update.Run(t.Context()))
	us = b.region("us-east-1")
	assert.Equal(t, []string{rds}, us.InstanceHour["db.x2g.large"].Sources, "it is back")
	assert.NotContains(t, us.Sources, "AmazonRDS of 2026-12-01")
	assert.Equal(t, []string{"AmazonRDS of 2027-01-01"}, us.InstanceHour["db.x9g.large"].Sources)
	assert.NotEqual(t, again, us)
}

// A run on the same day with the same lists leaves every byte as it was, so that there is nothing to propose.
func TestTheSameListsChangeNothing(t *testing.T) {
	b := newBench(t)
	require.NoError(t, b.update.Run(t.Context()))
	first, err := os.ReadFile(table(b.update.Folder).file("us-east-1"))
	require.NoError(t, err)
	require.NoError(t, b.update.Run(t.Context()))
	second, err := os.ReadFile(table(b.update.Folder).file("us-east-1"))
	require.NoError(t, err)
	assert.Equal(t, string(first), string(second))
	assert.Contains(t, string(first), "\n    \"db.t3.micro\": {\"singleAz\":0.018,\"multiAz\":0.036,\"sources\":[\"AmazonRDS\"]},\n", "a price is a line")
	assert.True(t, json.Valid(first))
}

// A price that is not as expected stays as it was and is named, in the report and in the error; all others are written.
func TestOddPrices(t *testing.T) {
	for name, test := range map[string]struct {
		path, old, with string
		want            []string
	}{
		"two prices of a class": {rdsList, `"MySQL"`, `"PostgreSQL"`, []string{"us-east-1: AmazonRDS: db.t3.micro Single-AZ has the prices [0.017 0.018]: one has to be left"}},
		"another unit":          {rdsList, `"Hrs"`, `"Days"`, []string{`us-east-1: AmazonRDS: db.t3.micro Multi-AZ is priced by "Days": the table has it by [Hrs]; put the new unit into figures.go`}},
		"no number":             {kmsList, `"1.0000000000"`, `"one"`, []string{`awskms: key-month has the price "one": it has to be a number from 0`}},
		"a negative price":      {kmsList, `"1.0000000000"`, `"-1"`, []string{`awskms: key-month has the price "-1"`}},
		"no tier":               {kmsList, `"beginRange": "0"`, `"beginRange": ""`, []string{`awskms: key-month has a tier from "": it has to be a number`}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.replace(test.path, test.old, test.with)
			err := b.update.Run(t.Context())
			for _, want := range test.want {
				assert.ErrorContains(t, err, want)
				assert.Contains(t, b.out.String(), want)
			}
			assert.ErrorContains(t, err, "these prices were left as they were, and all others are up to date")
			assert.Contains(t, b.out.String(), "\nNot as expected; the table keeps them as they were:\n\n- us-east-1: ")
			us := b.region("us-east-1")
			assert.Equal(t, 0.08, us.Item["gp3 MiBps-month"].USD)
			assert.Equal(t, 0.1, us.Item["alarm-month"].USD)
			if test.path == rdsList {
				assert.Equal(t, before().InstanceHour["db.t3.micro"], us.InstanceHour["db.t3.micro"])
				assert.NotContains(t, b.out.String(), "- us-east-1: db.t3.micro", "it is not lacking")
			} else {
				assert.NotContains(t, us.Item, "key-month")
				assert.Equal(t, 0.073, us.InstanceHour["db.t3.medium"].SingleAz)
			}
			assert.FileExists(t, table(b.update.Folder).file("eu-west-1"))
		})
	}
}

// A region with a list that cannot be used stays as it was and is named, with all that is wrong in the list; the others are written.
func TestWrongLists(t *testing.T) {
	for name, test := range map[string]struct {
		path, old, with string
		want            []string
	}{
		"in another currency": {irish, `"USD"`, `"CNY"`, []string{"eu-west-1: AmazonRDS: db.t3.micro Single-AZ has a price in [CNY]: the table is in USD; leave the region out",
			"eu-west-1: AmazonRDS: gp3 GB-month has a price in [CNY]"}},
		"another service":        {rdsList, `"offerCode": "AmazonRDS"`, `"offerCode": "AmazonEC2"`, []string{`us-east-1: the list is of "AmazonEC2": it has to be of AmazonRDS`}},
		"no date":                {rdsList, `"publicationDate": "2026-11-19T21:45:23Z"`, `"publicationDate": "today"`, []string{`publicationDate "today" is no date such as`}},
		"other usage types":      {kmsList, `-KMS-Keys`, `-KMS-CustomerKeys`, []string{"us-east-1: awskms: none of the prices that the table needs"}},
		"terms without products": {kmsList, `"products"`, `"wares"`, []string{"us-east-1: awskms: none of the prices that the table needs"}},
		"another format":         {kmsList, `"products": {`, `"products": [], "wares": {`, []string{"not a price list in AWS's format, or not all of it: [ where an object has to be"}},
		"no JSON":                {kmsList, `"products": {`, `"products": }`, []string{"not a price list in AWS's format, or not all of it: invalid character"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.replace(test.path, test.old, test.with)
			err := b.update.Run(t.Context())
			for _, want := range test.want {
				assert.ErrorContains(t, err, want)
			}
			assert.ErrorContains(t, err, "these prices were left as they were, and all others are up to date")
			wrong, right := "us-east-1", "eu-west-1"
			if test.path == irish {
				wrong, right = right, wrong
				assert.NoFileExists(t, table(b.update.Folder).file(wrong))
			} else {
				assert.Equal(t, before(), b.region(wrong))
			}
			assert.Equal(t, 0.05, b.region(right).Item["10000 secret calls"].USD)
			assert.Contains(t, b.out.String(), "\nNot read; the table keeps what it had:\n\n- "+wrong+": ")
		})
	}
}

// Where only dates would change, the files stay as they are, so that a month without news proposes nothing.
func TestDatesAloneChangeNothing(t *testing.T) {
	b := newBench(t)
	require.NoError(t, b.update.Run(t.Context()))
	first := b.region("us-east-1")
	b.update.Today = "2027-01-01"
	b.out.Reset()
	b.replace(rdsList, "2026-11-19T", "2026-12-19T")
	require.NoError(t, b.update.Run(t.Context()))
	assert.Equal(t, first, b.region("us-east-1"))
	assert.Contains(t, b.out.String(), "The table has what the list has, and keeps the dates that it has.\n")

	b.replace(rdsList, "0.0730000000", "0.0740000000")
	require.NoError(t, b.update.Run(t.Context()))
	assert.Equal(t, 0.074, b.region("us-east-1").InstanceHour["db.t3.medium"].SingleAz)
	assert.Equal(t, "2027-01-01", b.region("eu-west-1").Sources[rds].Date, "seen on the same day")
}

// Without an index, and where no region can be used, nothing is written and nothing reported.
func TestNothingCanBeUsed(t *testing.T) {
	for name, test := range map[string]struct {
		path, old, with string
		want            []string
	}{
		"an index of nothing":   {index, `"regions": {`, `"regions": {}, "others": {`, []string{"no regions in it: it is no region index in AWS's format v1.0"}},
		"an index of elsewhere": {index, `"/offers/v1.0/aws/AmazonRDS/20261119214523/eu-west-1/index.json"`, `"https://example.com"`, []string{`currentVersionUrl "https://example.com" of eu-west-1 is no path below /offers/`}},
		"no region":             {index, "/20261119214523/", "/gone/", []string{"404 Not Found"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.replace(test.path, test.old, test.with)
			err := b.update.Run(t.Context())
			for _, want := range test.want {
				assert.ErrorContains(t, err, want)
			}
			assert.ErrorContains(t, err, "the prices were not changed")
			assert.Equal(t, before(), b.region("us-east-1"))
			assert.NoFileExists(t, table(b.update.Folder).file("eu-west-1"))
			assert.Empty(t, b.out.String())
		})
	}
}

// A connection that breaks in the middle of a list, or a server that is busy, is tried again; in the end, it is an error.
func TestBrokenConnections(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", rdsList))
	require.NoError(t, err)
	for name, fault := range map[string]func(http.ResponseWriter){
		"cut off": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", fmt.Sprint(len(text)))
			_, _ = w.Write(text[:len(text)/2])
		},
		"too short": func(w http.ResponseWriter) { _, _ = w.Write(text[:len(text)/2]) },
		"too short, after a whole product": func(w http.ResponseWriter) {
			_, _ = w.Write(text[:bytes.Index(text, []byte("    },\n"))+len("    }")])
		},
		"too short, after a name": func(w http.ResponseWriter) {
			_, _ = w.Write(text[:bytes.Index(text, []byte("\"products\":"))+len("\"products\":")])
		},
		"nothing": func(http.ResponseWriter) {},
		"busy":    func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			faults := 2
			b.answer = func(w http.ResponseWriter, path string) bool {
				if path != rdsList || faults == 0 {
					return false
				}
				faults--
				fault(w)
				return true
			}
			require.NoError(t, b.update.Run(t.Context()))
			assert.Equal(t, 3, b.asked[rdsList])

			b, faults = newBench(t), 3
			b.answer = func(w http.ResponseWriter, path string) bool {
				if path == rdsList {
					fault(w)
				}
				return path == rdsList
			}
			require.ErrorContains(t, b.update.Run(t.Context()), rdsList)
			assert.Equal(t, 3, b.asked[rdsList])
			assert.Equal(t, before(), b.region("us-east-1"))
		})
	}
	b := newBench(t)
	b.answer = func(w http.ResponseWriter, path string) bool {
		if path == kmsList {
			w.WriteHeader(http.StatusForbidden)
		}
		return path == kmsList
	}
	require.ErrorContains(t, b.update.Run(t.Context()), "403 Forbidden")
	assert.Equal(t, before(), b.region("us-east-1"))
	assert.Equal(t, 0.57, b.region("eu-west-1").Item["log GB"].USD, "of the other region")
	assert.Equal(t, 1, b.asked[kmsList], "which another attempt would not change")
}

// What AWS has no list of is told, and stays.
func TestMissingLists(t *testing.T) {
	b := newBench(t)
	require.NoError(t, table(b.update.Folder).write("af-south-1", before()))
	b.replace("/offers/v1.0/aws/AmazonCloudWatch/current/region_index.json", `"eu-west-1"`, `"eu-west-9"`)
	require.NoError(t, b.update.Run(t.Context()))
	assert.Equal(t, before(), b.region("af-south-1"))
	assert.NotContains(t, b.region("eu-west-1").Item, "log GB")
	assert.Contains(t, b.out.String(), "Not read; the table keeps what it had:\n\n- af-south-1: AWS has no list of AmazonRDS\n- eu-west-1: AWS has no list of AmazonCloudWatch\n")
}

// The committed table is as the program writes it, so that the first run changes the prices alone.
func TestTheCommittedTableIsAsWritten(t *testing.T) {
	committed := table(filepath.Join("..", "..", "cost", "prices"))
	regions, err := committed.regions()
	require.NoError(t, err)
	require.Contains(t, regions, "us-east-1")
	for _, region := range regions {
		r, err := committed.read(region)
		require.NoError(t, err)
		want, err := encode(r)
		require.NoError(t, err)
		got, err := os.ReadFile(committed.file(region))
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got), region)
	}
}
