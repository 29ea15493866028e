// Package stack is the program: the one place that knows the configuration and all components, makes the
// providers, passes values from component to component by named fields, and exports the outputs.
package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/lock"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/irsa"
	"github.com/mosaic-stories/mosaic-database/k8s"
)

// Deploy registers everything that the stack's configuration asks for. A configuration that is wrong in
// any way fails before the first resource, with all its problems. Its error is [Reported].
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
	before := last.settled
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
	site, err := discover(ctx, cfg, cloud.aws)
	if err != nil {
		return err
	}
	if err := lock.Moved(site.locked(), before).Err(); err != nil {
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
	people, err := people(ctx, cfg, cloud, db)
	if err != nil {
		return err
	}
	left, err := leave(ctx, cfg, last, site, report.Estimate, db, served.all)
	if err != nil {
		return err
	}
	export(ctx, outputs{cfg: cfg, estimate: report.Estimate, db: db, served: served, people: people, left: left})
	if err := warn(ctx, cfg, before); err != nil {
		return err
	}
	return show(ctx, report)
}

// service is what one application has been given.
type service struct {
	client
	role   *irsa.Role
	access *k8s.Access // nil where this program makes nothing in the cluster
}

// services are those of all applications, the one that owns the schema first, and the logins that they have.
type services struct {
	all    []service
	logins *logins // nil where they have the master user's
}

// serve gives every application its role, and the objects that bring the credentials to its pods. They are as safe
// from a deletion as the database is.
func serve(ctx *pulumi.Context, cfg *config.Config, site *site, cloud *cloud, db *database.Instance) (*services, error) {
	in, err := newPlace(ctx, cfg, site)
	if err != nil {
		return nil, err
	}
	served := &services{}
	if cfg.Alternating() {
		if served.logins, err = newLogins(ctx, cfg, site, cloud, in, db); err != nil {
			return nil, err
		}
	}
	pooler, err := pool(ctx, cfg, site, cloud, in, db, served.logins)
	if err != nil {
		return nil, err
	}
	connection, err := connect(ctx, cfg, cloud, db, served.logins, pooler)
	if err != nil {
		return nil, err
	}
	for _, app := range clients(cfg) {
		role, err := irsa.New(ctx, naming.SecretsRole(cfg.Environment, app.name), roleArgs(cfg, app, site, db),
			pulumi.Providers(cloud.aws), pulumi.Protect(app.protect))
		if err != nil {
			return nil, err
		}
		one := service{client: app, role: role}
		if in != nil {
			args := accessArgs(cfg, app, site, connection, role)
			args.NamespaceReady = in.ready(app.namespace)
			if args.Migration != nil && served.logins != nil {
				served.logins.migrate(cfg, args.Migration)
			}
			one.access, err = k8s.New(ctx, naming.Access(cfg.Environment, app.name), args,
				append(ownership(cfg, app), pulumi.Providers(in.cluster))...)
			if err != nil {
				return nil, err
			}
		}
		served.all = append(served.all, one)
	}
	return served, nil
}

// place is the cluster, and the namespace in it that this program makes.
type place struct {
	cluster   pulumi.ProviderResource
	name      string
	namespace pulumi.Resource // nil where it has to be there
}

// newPlace is nil where this program makes nothing in the cluster.
func newPlace(ctx *pulumi.Context, cfg *config.Config, site *site) (*place, error) {
	if !cfg.Delivery.InCluster() {
		return nil, nil
	}
	cluster, err := newCluster(ctx, cfg, site)
	if err != nil {
		return nil, err
	}
	in := &place{cluster: cluster, name: cfg.App.Namespace}
	if cfg.App.CreateNamespace {
		app := clients(cfg)[0]
		in.namespace, err = k8s.NewNamespace(ctx, in.name, app.name, naming.Access(cfg.Environment, app.name), cluster, ownership(cfg, app)...)
	}
	return in, err
}

// ready is what an object in a namespace waits for.
func (p *place) ready(namespace string) []pulumi.Resource {
	if p.namespace == nil || namespace != p.name {
		return nil
	}
	return []pulumi.Resource{p.namespace}
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
	file, err := config.ReadStackFile(ctx.RootDirectory(), ctx.Stack())
	if err != nil {
		return nil, err
	}
	return config.Load(ctx, ctx.Stack(), file)
}
