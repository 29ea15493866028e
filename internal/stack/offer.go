package stack

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/lock"
)

const engineName = "postgres" // of RDS

// offer is what RDS has, in the region, for the instances of the configuration.
type offer struct {
	refused  string                      // why this role may not ask; what it has not asked is not held against the configuration
	version  *rds.GetEngineVersionResult // that RDS takes for the configured one; nil: none
	instance *option
	replica  *option           // nil without replicas, and for those of the instance's class
	upgrade  *upgrade          // nil: the version is that of the last run
	taken    map[string]string // settings of the instance, by full key, where the first run takes one over
}

// option is one class with the configured version and storage type.
type option struct {
	key, class string // full key of the configuration
	found      *rds.GetOrderableDbInstanceResult
	// otherStorage is a storage type that RDS has for the class, where it does not have the configured one; "": not the class.
	otherStorage string
}

// upgrade is where the instance is, and which versions RDS upgrades it to.
type upgrade struct {
	from    string
	targets []string
}

// lookupOffer asks RDS for version and classes, the classes side by side. A major version stands for the minor one that RDS has for its
// default.
func lookupOffer(ctx *pulumi.Context, cfg *config.Config, before map[string]string, from pulumi.InvokeOption) (*offer, error) {
	db := cfg.Database
	o := &offer{instance: &option{key: config.Key("database.instanceClass"), class: db.InstanceClass}}
	if db.ReadReplicas > 0 && db.ReplicaInstanceClass != db.InstanceClass {
		o.replica = &option{key: config.Key("database.replicaInstanceClass"), class: db.ReplicaInstanceClass}
	}
	err := together(
		func() error {
			var err error
			if o.version, err = engineVersion(ctx, db.EngineVersion, from); err != nil || o.version == nil {
				return err
			}
			return together(
				func() error { return o.instance.lookup(ctx, o.version.VersionActual, db.StorageType, from) },
				func() error { return o.replica.lookup(ctx, o.version.VersionActual, db.StorageType, from) },
			)
		},
		func() (err error) {
			o.upgrade, err = lookupUpgrade(ctx, cfg, before, from)
			return err
		},
		func() error {
			if len(before) == 0 {
				o.taken = lookupTaken(ctx, cfg, from)
			}
			return nil
		},
	)
	if err != nil && denied(err) {
		o.refused = err.Error()
		return o, nil
	}
	if err != nil {
		return nil, fmt.Errorf("asking RDS for its versions and instance classes: %w", err)
	}
	return o, nil
}

// engineVersion is the version that RDS takes for the configured one; nil if there is none.
func engineVersion(ctx *pulumi.Context, version string, from pulumi.InvokeOption) (*rds.GetEngineVersionResult, error) {
	args := &rds.GetEngineVersionArgs{Engine: engineName, Version: &version}
	if config.ParseVersion(version).Minor == 0 {
		args.DefaultOnly = pulumi.BoolRef(true)
	}
	found, err := rds.GetEngineVersion(ctx, args, from)
	if err != nil && absent(err) && args.DefaultOnly != nil {
		args.DefaultOnly, args.Latest = nil, pulumi.BoolRef(true) // a preview of a version has no default
		found, err = rds.GetEngineVersion(ctx, args, from)
	}
	if err != nil && absent(err) {
		return nil, nil
	}
	return found, err
}

// lookup asks for the class.
func (o *option) lookup(ctx *pulumi.Context, version, storageType string, from pulumi.InvokeOption) error {
	if o == nil {
		return nil
	}
	// With a list of one and the latest version, the provider takes the first of several options, where it fails otherwise.
	args := &rds.GetOrderableDbInstanceArgs{
		Engine: engineName, EngineVersion: &version, InstanceClass: &o.class, StorageType: &storageType, Vpc: pulumi.BoolRef(true),
		PreferredInstanceClasses: []string{o.class}, EngineLatestVersion: pulumi.BoolRef(true),
	}
	found, err := rds.GetOrderableDbInstance(ctx, args, from)
	if err != nil && absent(err) {
		args.StorageType = nil
		if found, err = rds.GetOrderableDbInstance(ctx, args, from); err == nil {
			o.otherStorage = found.StorageType
		}
		if err == nil || absent(err) {
			return nil
		}
	}
	o.found = found
	return err
}

// lookupUpgrade asks, where the configured version is another than in the last run, which version the instance has by now, and what
// RDS upgrades that to.
func lookupUpgrade(ctx *pulumi.Context, cfg *config.Config, before map[string]string, from pulumi.InvokeOption) (*upgrade, error) {
	key := config.Key("database.engineVersion")
	if before[key] == "" || before[key] == cfg.Database.EngineVersion || lock.Restores(cfg, before) {
		return nil, nil
	}
	identifier := cfg.Instance()
	instance, err := rds.LookupInstance(ctx, &rds.LookupInstanceArgs{DbInstanceIdentifier: &identifier}, from)
	if err != nil {
		return nil, fmt.Errorf("the instance %s, which is to have another version: %w", identifier, err)
	}
	found, err := rds.GetEngineVersion(ctx, &rds.GetEngineVersionArgs{
		Engine: engineName, Version: &instance.EngineVersion, IncludeAll: pulumi.BoolRef(true),
	}, from)
	if err != nil {
		return nil, fmt.Errorf("its version %s: %w", instance.EngineVersion, err)
	}
	return &upgrade{from: instance.EngineVersion, targets: found.ValidUpgradeTargets}, nil
}

// lookupTaken is what the instance has that the first run takes over; nil if there is none.
func lookupTaken(ctx *pulumi.Context, cfg *config.Config, from pulumi.InvokeOption) map[string]string {
	identifier := cfg.Instance()
	found, err := rds.LookupInstance(ctx, &rds.LookupInstanceArgs{DbInstanceIdentifier: &identifier}, from)
	if err != nil {
		return nil // what is made anew is not there
	}
	version := found.EngineVersion
	if strings.HasPrefix(version, cfg.Database.EngineVersion+".") {
		version = cfg.Database.EngineVersion
	}
	return map[string]string{
		settings + "instanceClass": found.DbInstanceClass, settings + "engineVersion": version, settings + "storageType": found.StorageType,
		settings + "multiAz": strconv.FormatBool(found.MultiAz), settings + "allocatedStorage": strconv.Itoa(found.AllocatedStorage),
		config.Key("restore.serving"): strconv.Itoa(cfg.Restore.Serving), config.Key("restore.generation"): strconv.Itoa(cfg.Restore.Generation),
	}
}

// absent tells whether RDS has no such thing: the provider found none, or RDS does not know the version or the class.
func absent(err error) bool {
	return mentions(err, "no RDS ", "InvalidParameterCombination", "InvalidParameterValue")
}

// denied tells whether the role may not ask. One that an earlier version of this program's pipeline made may not.
func denied(err error) bool { return mentions(err, "AccessDenied", "not authorized") }

func mentions(err error, texts ...string) bool {
	for _, text := range texts {
		if strings.Contains(err.Error(), text) {
			return true
		}
	}
	return false
}
