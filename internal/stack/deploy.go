// Package stack is the program: the one place that knows the configuration and all components, makes the
// providers, passes values from component to component by named fields, and exports the outputs.
package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/irsa"
	"github.com/mosaic-stories/mosaic-database/k8s"
)

// Deploy registers everything that the stack's configuration asks for. A configuration that is wrong in
// any way fails before the first resource, with all its problems.
func Deploy(ctx *pulumi.Context) error {
	cfg, err := load(ctx)
	if err != nil {
		return err
	}
	last, err := readLastRun(ctx)
	if err != nil {
		return err
	}
	before := last.settled
	if err := cfg.Changed(before).Err(); err != nil {
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
	site, err := discover(ctx, cfg, cloud.aws)
	if err != nil {
		return err
	}
	if err := config.SiteChanged(before, site.vpcID, site.oidcIssuer).Err(); err != nil {
		return err
	}
	if err := backupFits(ctx, cfg, before, cloud.aws); err != nil {
		return err
	}
	db, err := database.New(ctx, naming.Instance(cfg.Environment), databaseArgs(cfg, site, tags(ctx, cfg)),
		pulumi.Providers(cloud.aws, cloud.random))
	if err != nil {
		return err
	}
	served, err := serve(ctx, cfg, site, cloud, db)
	if err != nil {
		return err
	}
	settled := pulumi.ToStringMap(cfg.Settled(before, site.vpcID, site.oidcIssuer)).ToStringMapOutput()
	export(ctx, outputs{cfg: cfg, estimate: report.Estimate, db: db, served: served, settled: settledWith(settled, served)})
	return show(ctx, report)
}

// service is what one application has been given.
type service struct {
	client
	role   *irsa.Role
	access *k8s.Access // nil where this program makes nothing in the cluster
}

// serve gives every application its role, and the objects that bring the credentials to its pods. They are as safe
// from a deletion as the database is.
func serve(ctx *pulumi.Context, cfg *config.Config, site *site, cloud *cloud, db *database.Instance) ([]service, error) {
	var cluster pulumi.ProviderResource
	if cfg.Delivery.InCluster() {
		provider, err := newCluster(ctx, cfg, site)
		if err != nil {
			return nil, err
		}
		cluster = provider
	}
	var all []service
	for _, app := range clients(cfg) {
		role, err := irsa.New(ctx, naming.SecretsRole(cfg.Environment, app.name), roleArgs(cfg, app, site, db),
			pulumi.Providers(cloud.aws), pulumi.Protect(app.protect))
		if err != nil {
			return nil, err
		}
		one := service{client: app, role: role}
		if cluster != nil {
			args := accessArgs(cfg, app, site, db, role)
			if len(all) > 0 && app.namespace == all[0].namespace && all[0].access.Namespace != nil {
				args.NamespaceReady = []pulumi.Resource{all[0].access.Namespace}
			}
			one.access, err = k8s.New(ctx, naming.Access(cfg.Environment, app.name), args,
				append(ownership(cfg, app), pulumi.Providers(cluster))...)
			if err != nil {
				return nil, err
			}
		}
		all = append(all, one)
	}
	return all, nil
}

// ownership is how the Kubernetes objects are held. During a handover this program lets go of them: what disappears
// from it stays in the cluster.
func ownership(cfg *config.Config, app client) []pulumi.ResourceOption {
	if cfg.Delivery == config.DeliveryHandover {
		return []pulumi.ResourceOption{pulumi.RetainOnDelete(true)}
	}
	return []pulumi.ResourceOption{pulumi.Protect(app.protect)}
}

// load reads and checks the configuration.
func load(ctx *pulumi.Context) (*config.Config, error) {
	declared, err := config.StackFileKeys(ctx.RootDirectory(), ctx.Stack())
	if err != nil {
		return nil, err
	}
	return config.Load(ctx, ctx.Stack(), declared)
}
