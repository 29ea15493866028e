package simcloud

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// defaultMinor and newestMinor are, by major version, the minor version that RDS takes for it, and the last one that it has.
var (
	defaultMinor = map[int]int{13: 22, 14: 19, 15: 14, 16: 11, 17: 7, 18: 1}
	newestMinor  = map[int]int{13: 22, 14: 21, 15: 16, 16: 13, 17: 9, 18: 3}
)

// behind is how many minor versions a major one has fewer than 16: PostgreSQL releases one of each on the same day.
var behind = map[int]int{13: -11, 14: -8, 15: -3, 16: 0, 17: 4, 18: 10}

type pgVersion struct{ major, minor int }

func (v pgVersion) String() string { return fmt.Sprintf("%d.%d", v.major, v.minor) }

// day orders versions by when they were released.
func (v pgVersion) day() int { return v.minor + behind[v.major] }

// offeredVersion is the version of a text such as 16.4, or the default one of a major version such as 16; false if RDS has none. Of major
// versions that are newer than this simulation it has the first minor one.
func offeredVersion(text string) (pgVersion, bool) {
	major, minor, pinned := strings.Cut(text, ".")
	var v pgVersion
	v.major, _ = strconv.Atoi(major)
	newest := newestMinor[v.major]
	if v.minor = defaultMinor[v.major]; v.major > 18 {
		v.minor, newest = 1, 1
	}
	if pinned {
		v.minor, _ = strconv.Atoi(minor)
	}
	return v, v.minor > 0 && v.minor <= newest
}

// upgrades are the versions that RDS upgrades a version to: newer minor ones, and of newer major ones those released since.
func (v pgVersion) upgrades() []string {
	var targets []string
	for major := v.major; newestMinor[major] > 0; major++ {
		for minor := 1; minor <= newestMinor[major]; minor++ {
			if to := (pgVersion{major, minor}); to != v && to.day() >= v.day() {
				targets = append(targets, to.String())
			}
		}
	}
	return targets
}

func (a *account) getEngineVersion(args Properties) (Properties, error) {
	asked := args.Text("version")
	v, known := offeredVersion(asked)
	if !known || slices.Contains(a.cloud.Withdrawn, asked) || !slices.Contains([]string{"postgres", auroraEngine}, args.Text("engine")) {
		return nil, fmt.Errorf("reading RDS engine versions: no RDS engine versions match the criteria (version %s)", asked)
	}
	if !strings.Contains(asked, ".") && args.Flag("latest") {
		v.minor = newestMinor[v.major]
	} else if !strings.Contains(asked, ".") && !args.Flag("defaultOnly") {
		return nil, fmt.Errorf("reading RDS engine versions: multiple RDS engine versions match the criteria (version %s)", asked)
	}
	return Properties{
		"id": v.String(), "engine": args.Text("engine"), "version": v.String(), "versionActual": v.String(), "status": "available",
		"parameterGroupFamily": fmt.Sprintf("%s%d", args.Text("engine"), v.major), "validUpgradeTargets": texts(v.upgrades()...),
	}, nil
}

// offeredClass is the form of a class. New ones come, so that this simulation refuses none of them: tests withdraw them.
var offeredClass = regexp.MustCompile(`^db\.(t[0-9][a-z]*\.(micro|small|medium|large|2?xlarge)|[a-su-z][0-9][a-z]*\.(large|[0-9]*xlarge))$`)

func (a *account) getOrderableDbInstance(args Properties) (Properties, error) {
	class, storage := args.Text("instanceClass"), args.Text("storageType")
	v, known := offeredVersion(args.Text("engineVersion"))
	if !known {
		return nil, fmt.Errorf("reading RDS Orderable DB Instance Options: InvalidParameterCombination: Cannot find version %s for postgres", args.Text("engineVersion"))
	}
	if args.Text("engine") == auroraEngine {
		return a.serverless(v, class, storage)
	}
	types := []string{"gp2", "gp3", "io1", "io2"}
	if strings.HasPrefix(class, "db.m5.") { // a difference between classes that tests can ask for
		types = []string{"gp2", "gp3", "io1"}
	}
	if storage == "" {
		storage = "gp3"
	}
	if !offeredClass.MatchString(class) || slices.Contains(a.cloud.Withdrawn, class) || !slices.Contains(types, storage) {
		return nil, fmt.Errorf("no RDS DB Instance Classes match the criteria; try a different search")
	}
	zones := texts(a.region+"a", a.region+"b", a.region+"c")
	if strings.HasPrefix(class, "db.x2g.") {
		zones = texts(a.region + "a")
	}
	burstable := strings.HasPrefix(class, "db.t")
	found := Properties{
		"id": class, "engine": "postgres", "engineVersion": v.String(), "instanceClass": class, "storageType": storage, "vpc": true,
		"availabilityZones": zones, "multiAzCapable": true, "readReplicaCapable": true, "supportsIamDatabaseAuthentication": true,
		"supportsPerformanceInsights": true, "supportsEnhancedMonitoring": true, "supportsStorageAutoscaling": true, "supportsStorageEncryption": true,
		"supportsIops": storage != "gp2", "minStorageSize": 20.0, "maxStorageSize": 65536.0,
	}
	limits := map[string][4]float64{ // least and most operations, and per GiB
		"gp3": {12000, 64000, 0.5, 500}, "io1": {1000, 256000, 0.5, 50}, "io2": {1000, 256000, 0.5, 1000},
	}[storage]
	if burstable && storage == "io2" {
		limits[1] = 64000
	}
	found["minIopsPerDbInstance"], found["maxIopsPerDbInstance"] = limits[0], limits[1]
	found["minIopsPerGib"], found["maxIopsPerGib"] = limits[2], limits[3]
	if strings.HasPrefix(storage, "io") {
		found["minStorageSize"] = 100.0
	}
	return found, nil
}
