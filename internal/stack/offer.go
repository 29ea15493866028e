package stack

import (
	"cmp"
	"fmt"
	"strings"
	"sync"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// offer is what RDS has, in the region, for the instances of the configuration, and which of them exist.
type offer struct {
	engine   string                      // of RDS
	version  *rds.GetEngineVersionResult // that RDS takes for the configured one; nil: none
	instance option
	replicas option   // of none without replicas
	upgrades []string // versions to which RDS upgrades the instance, if it has another one than the configuration

	mutex   sync.Mutex
	refused string // why this role may not ask; what it has not asked is not held against the configuration
}

// option is one class with the configured version and storage type, for some instances.
type option struct {
	key, class string // full key of the configuration
	holders    []holder
	asked      bool // false: nobody could be asked
	found      *rds.GetOrderableDbInstanceResult
	// otherStorage is a storage type that RDS has for the class, where it does not have the configured one; "": not the class.
	otherStorage string
}

// holder is an instance as it exists; nil: this run makes it.
type holder = *rds.LookupInstanceResult

// lookupOffer asks RDS for version and classes, and for the instances that there are, side by side. A major version stands for the minor
// one that RDS has for its default.
func lookupOffer(ctx *pulumi.Context, cfg *config.Config, from pulumi.InvokeOption) (*offer, error) {
	o := newOffer(cfg)
	steps := []func() error{func() (err error) {
		if o.version, err = engineVersion(ctx, o.engine, cfg.Database.EngineVersion, from); err != nil || o.version == nil {
			return o.permit(err)
		}
		ask := func(option *option) func() error {
			return func() error {
				return o.permit(option.lookup(ctx, o.version, cfg.Database.StorageType, from))
			}
		}
		return together(ask(&o.instance), ask(&o.replicas))
	}}
	for i := range o.instance.holders {
		steps = append(steps, func() (err error) {
			o.instance.holders[i] = existing(ctx, cfg.Database, made(cfg)[i], from)
			if i == 0 {
				o.upgrades, err = o.upgradesOf(ctx, o.instance.holders[i], cfg.Database.EngineVersion, from)
			}
			return o.permit(err)
		})
	}
	for i := range o.replicas.holders {
		steps = append(steps, func() error {
			o.replicas.holders[i] = existing(ctx, cfg.Database, cfg.Replica(i+1), from)
			return nil
		})
	}
	if err := together(steps...); err != nil {
		return nil, fmt.Errorf("asking RDS for its versions and instance classes: %w", err)
	}
	return o, nil
}

func newOffer(cfg *config.Config) *offer {
	db := cfg.Database
	replicas := db.ReadReplicas
	if db.Aurora() {
		replicas = 0 // all instances of a cluster are alike
	}
	return &offer{
		engine:   string(db.Engine),
		instance: option{key: config.Key("database.instanceClass"), class: db.InstanceClass, holders: make([]holder, len(made(cfg)))},
		replicas: option{key: config.Key("database.replicaInstanceClass"), class: db.ReplicaInstanceClass, holders: make([]holder, replicas)},
	}
}

// made are the identifiers of the instances that have the settings of the configuration: the active one, and the newest, which a restore makes.
func made(cfg *config.Config) []string {
	identifiers := []string{cfg.Instance()}
	if newest := cfg.Generation(cfg.Restore.Generation); newest != identifiers[0] {
		identifiers = append(identifiers, newest)
	}
	return identifiers
}

// permit keeps the error of a role that may not ask to itself, and returns any other.
func (o *offer) permit(err error) error {
	if err == nil || !mentions(err, "AccessDenied", "not authorized") {
		return err
	}
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.refused = cmp.Or(o.refused, err.Error())
	return nil
}

// engineVersion is the version that RDS takes for the configured one; nil if there is none.
func engineVersion(ctx *pulumi.Context, engine, version string, from pulumi.InvokeOption) (*rds.GetEngineVersionResult, error) {
	args := &rds.GetEngineVersionArgs{Engine: engine, Version: &version}
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

// lookup asks for the class, if an instance is to have it.
func (o *option) lookup(ctx *pulumi.Context, version *rds.GetEngineVersionResult, storageType string, from pulumi.InvokeOption) error {
	if len(o.holders) == 0 {
		return nil
	}
	// With a list of one and the latest version, the provider takes the first of several options, where it fails otherwise.
	args := &rds.GetOrderableDbInstanceArgs{
		Engine: version.Engine, EngineVersion: &version.VersionActual, InstanceClass: &o.class, StorageType: &storageType, Vpc: pulumi.BoolRef(true),
		PreferredInstanceClasses: []string{o.class}, EngineLatestVersion: pulumi.BoolRef(true),
	}
	found, err := rds.GetOrderableDbInstance(ctx, args, from)
	if err != nil && absent(err) {
		args.StorageType = nil
		if found, err = rds.GetOrderableDbInstance(ctx, args, from); err == nil {
			o.otherStorage, found = found.StorageType, nil
		} else if absent(err) {
			err = nil
		}
	}
	o.found, o.asked = found, err == nil
	return err
}

// existing is an instance as it is, or a cluster as if it were one; nil if there is none.
func existing(ctx *pulumi.Context, db config.Database, identifier string, from pulumi.InvokeOption) holder {
	if db.Aurora() {
		found, err := rds.LookupCluster(ctx, &rds.LookupClusterArgs{ClusterIdentifier: identifier}, from)
		if err != nil {
			return nil
		}
		return &rds.LookupInstanceResult{DbInstanceClass: db.InstanceClass, EngineVersion: found.EngineVersion, StorageType: db.StorageType}
	}
	found, err := rds.LookupInstance(ctx, &rds.LookupInstanceArgs{DbInstanceIdentifier: &identifier}, from)
	if err != nil {
		return nil // what is made anew is not there; if it is only not found, more is asked for than necessary
	}
	return found
}

// upgradesOf are the versions to which RDS upgrades an instance that has not the configured one.
func (o *offer) upgradesOf(ctx *pulumi.Context, instance holder, configured string, from pulumi.InvokeOption) ([]string, error) {
	if instance == nil || has(instance, configured) {
		return nil, nil
	}
	found, err := rds.GetEngineVersion(ctx, &rds.GetEngineVersionArgs{
		Engine: o.engine, Version: &instance.EngineVersion, IncludeAll: pulumi.BoolRef(true),
	}, from)
	if err != nil {
		return nil, fmt.Errorf("the version %s, which the instance has: %w", instance.EngineVersion, err)
	}
	return found.ValidUpgradeTargets, nil
}

// has tells whether an instance has a version, or a minor version of a major one.
func has(instance holder, version string) bool {
	return instance.EngineVersion == version || strings.HasPrefix(instance.EngineVersion, version+".")
}

// absent tells whether RDS has no such thing: the provider found none, or RDS does not know the version or the class.
func absent(err error) bool {
	return mentions(err, "no RDS ", "InvalidParameterCombination", "InvalidParameterValue")
}

func mentions(err error, texts ...string) bool {
	for _, text := range texts {
		if strings.Contains(err.Error(), text) {
			return true
		}
	}
	return false
}
