// Package stack is the program: it reads the configuration, registers providers and components, passes values between them,
// and exports the outputs.
package stack

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database"
	"github.com/mosaic-stories/mosaic-database/database/monitoring"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/lock"
	"github.com/mosaic-stories/mosaic-database/internal/cost"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Deploy registers all resources of a stack. With an invalid configuration it fails before the first resource, and the error
// has all problems. Errors are of the type [Reported] if the engine has shown them.
func Deploy(ctx *pulumi.Context) error { return report(ctx, deploy(ctx)) }

func deploy(ctx *pulumi.Context) error {
	cfg, err := load(ctx)
	if err != nil {
		return err
	}
	last, err := readLastRun(ctx)
	if err != nil {
		return err
	}
	before := last.locked
	if err := lock.Changed(cfg, before).Err(); err != nil {
		return err
	}
	report, err := bill(ctx, cfg, last)
	if err != nil {
		return err
	}
	cloud, err := newCloud(ctx, cfg)
	if err != nil {
		return err
	}
	found, err := look(ctx, cfg, before, cloud.aws)
	if err != nil {
		return err
	}
	db, err := database.New(ctx, naming.Instance(cfg.Environment), &database.Args{
		Config:     cfg,
		Network:    found.network,
		BillingTag: monitoring.Tag{Key: config.DatabaseTag, Value: cfg.ResourceTags()[config.DatabaseTag]},
		CopyRegion: cloud.copies,
	}, pulumi.Providers(cloud.aws, cloud.random))
	if err != nil {
		return err
	}
	cluster, err := newCluster(ctx, cfg, found)
	if err != nil {
		return err
	}
	d := &deployment{ctx: ctx, cfg: cfg, last: last, estimate: report.Estimate, cloud: cloud, found: found, db: db, cluster: cluster}
	loaded, err := d.load()
	if err != nil {
		return err
	}
	if err := db.Publish(loaded); err != nil {
		return err
	}
	clients, err := d.connectClients()
	if err != nil {
		return err
	}
	left, err := d.leave(clients.applications)
	if err != nil {
		return err
	}
	d.export(clients, left)
	if err := warn(ctx, cfg, before, found.warnings); err != nil {
		return err
	}
	return show(ctx, report)
}

// deployment holds what the steps after the database need.
type deployment struct {
	ctx      *pulumi.Context
	cfg      *config.Config
	last     *lastRun
	estimate cost.Estimate
	cloud    *cloud
	found    *discovery
	db       *database.Instance
	cluster  *cluster // nil if this program creates nothing in the cluster
}

// look looks up what is there, and fails where the configuration does not fit it.
func look(ctx *pulumi.Context, cfg *config.Config, before map[string]string, provider pulumi.ProviderResource) (*discovery, error) {
	var found *discovery
	var offered, next *offer
	err := together(
		func() (err error) { found, err = discover(ctx, cfg, provider); return err },
		func() (err error) {
			offered, err = lookupOffer(ctx, cfg, pulumi.Provider(provider))
			return err
		},
		func() (err error) {
			if cfg.Restore.LogicalReplication == config.ReplicationRunning {
				next, err = lookupOffer(ctx, cfg.Newest(), pulumi.Provider(provider))
			}
			return err
		},
		func() error { return checkBackup(ctx, cfg, before, provider) },
	)
	if err != nil {
		return nil, err
	}
	if err := lock.Moved(found.location(), before).Err(); err != nil {
		return nil, err
	}
	problems, warnings := offered.unfit(cfg, found.zones())
	if next != nil {
		more, others := next.unfit(cfg.Newest(), found.zones())
		problems, warnings = append(problems, more...), append(warnings, others...)
	}
	noTopic, silent := found.topic.unfit(cfg, before)
	found.warnings = slices.Concat(warnings, unfamiliar(cfg), found.unseen, silent)
	return found, slices.Concat(found.misplaced(cfg), problems, found.missing, noTopic).Err()
}

// load reads and checks the configuration.
func load(ctx *pulumi.Context) (*config.Config, error) {
	file, err := config.ReadStackFile(ctx.RootDirectory(), ctx.Stack())
	if err != nil {
		return nil, err
	}
	return config.Load(ctx, ctx.Stack(), file)
}
