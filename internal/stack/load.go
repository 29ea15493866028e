package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database/credentials"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/irsa"
	"github.com/mosaic-stories/mosaic-database/k8s/jobs"
)

// load registers the Job that fills the active instance from another one, with its secret and its role. It returns nil if there is nothing to
// load. Nothing of it is protected, because it is deleted with the other instance.
func (d *deployment) load() (pulumi.Resource, error) {
	if d.db.Source == nil {
		return nil, nil
	}
	cfg, app, name := d.cfg, d.cfg.App, naming.Load(d.cfg.App.Name)
	secret, err := credentials.NewLoadSecret(d.ctx, naming.Instance(cfg.Environment)+"-load", &credentials.LoadSecretArgs{
		Config: cfg, Server: d.db.Server, Source: d.db.Source,
	}, pulumi.Providers(d.cloud.aws))
	if err != nil {
		return nil, err
	}
	role, err := d.newRole(&irsa.Args{
		Name: naming.SecretsRole(cfg.Environment, name), Namespace: app.Namespace, ServiceAccount: name, SecretArns: pulumi.StringArray{secret.Arn},
	})
	if err != nil {
		return nil, err
	}
	load, err := jobs.NewLoad(d.ctx, naming.Access(cfg.Environment, name), &jobs.LoadArgs{
		Config: cfg, Role: iamRole(role), NamespaceReady: d.cluster.ready(app.Namespace), DatabaseCidrs: d.found.databaseCidrs(),
		SecretVersion: secret.VersionID,
	}, pulumi.Providers(d.cluster.provider))
	if err != nil {
		return nil, err
	}
	return load.Job, nil
}
