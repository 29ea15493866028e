// Package stack is the program: the one place that knows the configuration and all components, makes the
// providers, passes values from component to component by named fields, and exports the outputs.
package stack

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/cost"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/irsa"
	"github.com/mosaic-stories/mosaic-database/k8s"
)

// Deploy registers everything that the stack's configuration asks for. A configuration that is wrong in
// any way fails before the first resource, with all its problems.
func Deploy(ctx *pulumi.Context) error {
	cfg, estimate, err := load(ctx)
	if err != nil {
		return err
	}
	before, err := settledBefore(ctx)
	if err != nil {
		return err
	}
	if err := cfg.Changed(before).Err(); err != nil {
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
	db, err := database.New(ctx, naming.Instance(cfg.Environment), databaseArgs(cfg, site),
		pulumi.Providers(cloud.aws, cloud.random))
	if err != nil {
		return err
	}
	served, err := serve(ctx, cfg, site, cloud, db)
	if err != nil {
		return err
	}
	settled := pulumi.ToStringMap(cfg.Settled(before, site.vpcID, site.oidcIssuer)).ToStringMapOutput()
	export(ctx, outputs{cfg: cfg, estimate: estimate, db: db, served: served, settled: settledWith(settled, served)})
	return nil
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

// load reads and checks the configuration, the budget among it.
func load(ctx *pulumi.Context) (*config.Config, cost.Estimate, error) {
	declared, err := config.StackFileKeys(ctx.RootDirectory(), ctx.Stack())
	if err != nil {
		return nil, cost.Estimate{}, err
	}
	cfg, err := config.Load(ctx, ctx.Stack(), declared)
	if err != nil {
		return nil, cost.Estimate{}, err
	}
	estimate, err := cost.Monthly(Usage(cfg))
	if err != nil {
		return nil, estimate, err
	}
	if err := withinBudget(ctx, cfg, estimate); err != nil {
		return nil, estimate, err
	}
	return cfg, estimate, nil
}

// withinBudget fails or warns, as the configuration says, when the estimate is above the budget.
func withinBudget(ctx *pulumi.Context, cfg *config.Config, estimate cost.Estimate) error {
	if cfg.Budget.MonthlyUSD == 0 || estimate.Total <= cfg.Budget.MonthlyUSD {
		return nil
	}
	message := fmt.Sprintf("the stack costs %s a month, over mosaic-database:budget.monthlyUsd (%.2f)", estimate, cfg.Budget.MonthlyUSD)
	if cfg.Budget.OnExceed == "warn" {
		if err := ctx.Log.Warn(message, nil); err != nil {
			return fmt.Errorf("reporting the budget: %w", err)
		}
		return nil
	}
	return fmt.Errorf("%s; nothing was changed: choose a smaller tier, raise the budget, or set budget.onExceed to warn", message)
}

// Usage is what the configuration will be billed for.
func Usage(cfg *config.Config) cost.Usage {
	db := cfg.Database
	usage := cost.Usage{
		Region:              cfg.Region,
		InstanceClass:       db.InstanceClass,
		VCPU:                vcpus(db.InstanceClass),
		MultiAz:             db.MultiAz,
		Replicas:            db.ReadReplicas,
		ReplicaClass:        db.ReplicaInstanceClass,
		ReplicaVCPU:         vcpus(db.ReplicaInstanceClass),
		StorageType:         db.StorageType,
		AllocatedStorage:    db.AllocatedStorage,
		Iops:                db.Iops,
		StorageThroughput:   db.StorageThroughput,
		Secrets:             2,
		InsightsRetention:   db.PerformanceInsightsRetentionDays,
		InsightsMode:        db.DatabaseInsightsMode,
		MonitoringInterval:  db.MonitoringInterval,
		BackupRetentionDays: db.BackupRetentionDays,
	}
	if len(cfg.Alerts.Emails) > 0 {
		usage.Alarms = database.AlarmCount
	}
	return usage
}

func vcpus(class string) int {
	known, _ := config.LookupClass(class)
	return known.VCPU
}
