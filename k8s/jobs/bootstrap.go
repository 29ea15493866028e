package jobs

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
)

// BootstrapArgs is the configuration of the bootstrap, and what other resources know.
type BootstrapArgs struct {
	Config *config.Config
	Role   manifest.Role
	// NamespaceReady is the namespace, where this program makes it.
	NamespaceReady []pulumi.Resource
	DatabaseCidrs  []string
	// SecretVersion is the version of the bootstrap secret's content.
	SecretVersion pulumi.StringInput
}

// Bootstrap is the component: the Job that makes the database's logins, and the SecretStore that reads its secret.
type Bootstrap struct {
	pulumi.ResourceState

	Job        pulumi.Resource   // done once the logins work
	storeReady []pulumi.Resource // the SecretStore, with the permissions to read
}

// The limits of a bootstrap. It is short: it changes roles, and of tables only those that the master user still owns.
const (
	bootstrapDeadlineSeconds  = 600
	bootstrapBackoffLimit     = 3
	bootstrapLockTimeout      = 10
	bootstrapStatementTimeout = 120
)

const bootstrapComponent = "bootstrap"

// NewBootstrap registers the component. Its options must bring the kubernetes provider.
func NewBootstrap(ctx *pulumi.Context, name string, args *BootstrapArgs, opts ...pulumi.ResourceOption) (*Bootstrap, error) {
	component := &Bootstrap{}
	if err := ctx.RegisterComponentResource("mosaic-database:k8s:Bootstrap", name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	app := args.Config.App
	w := &manifest.Writer{Context: ctx, Parent: pulumi.Parent(component), App: app.Name, Namespace: app.Namespace}
	secret := args.secret()
	synced, err := w.Sync(manifest.Reader{
		ServiceAccount: naming.Admin(app.Name), Role: args.Role, Region: args.Config.Region, NamespaceReady: args.NamespaceReady,
	}, secret)
	if err != nil {
		return nil, err
	}
	component.storeReady = []pulumi.Resource{synced.Store, args.Role.Permissions}
	policy, err := w.NetworkPolicy(manifest.NetworkPolicy{
		Name: naming.Bootstrap(app.Name), Component: bootstrapComponent,
		DatabaseCidrs: args.DatabaseCidrs, DatabasePort: args.Config.Database.Port, Account: synced.Account,
	})
	if err != nil {
		return nil, err
	}
	component.Job, err = args.job(secret, w.Labels(bootstrapComponent)).register(w, synced.ExternalSecret, policy)
	if err != nil {
		return nil, err
	}
	if err := ctx.RegisterResourceOutputs(component, pulumi.Map{}); err != nil {
		return nil, fmt.Errorf("registering the outputs of %s: %w", name, err)
	}
	return component, nil
}

// secret is the bootstrap's: what libpq takes from the environment, and the verifiers of the passwords.
func (a *BootstrapArgs) secret() *manifest.Secret {
	name := naming.Bootstrap(a.Config.App.Name)
	return &manifest.Secret{
		Name: naming.KubernetesSecret(name), ExternalSecret: naming.ExternalSecret(name), SecretStore: naming.Admin(a.Config.App.Name),
		RemoteName: naming.BootstrapSecret(a.Config.Environment), RemoteVersion: a.SecretVersion, Keys: secretVariables(a.Config),
	}
}

// job is named after all that it runs, the content of the secret included, so that it runs once for each. Unlike a
// migration, it can be run again after it failed, and be stopped at any time: it is one transaction.
func (a *BootstrapArgs) job(secret *manifest.Secret, labels object) *job {
	image, command := a.Config.Database.BootstrapImage, psql()
	identity, env := append([]string{image}, command...), secret.DirectEnvironment()
	for _, setting := range plainVariables(a.Config) {
		identity = append(identity, setting.name, setting.value)
		env = append(env, variable(setting.name, setting.value))
	}
	name := naming.Bootstrap(a.Config.App.Name)
	return &job{
		pulumiName: name,
		name: a.SecretVersion.ToStringOutput().ApplyT(func(version string) string {
			return name + "-" + manifest.Digest(append(identity, version)...)
		}).(pulumi.StringOutput),
		annotations:  object{"pulumi.com/replaceUnready": "true"},
		backoffLimit: bootstrapBackoffLimit, deadlineSeconds: bootstrapDeadlineSeconds,
		pod: podSpec{
			labels: labels, name: bootstrapComponent, image: image, command: command, cpu: "250m", memory: "128Mi", tls: a.Config.TLS,
			env: append(env, sessionLimits{bootstrapLockTimeout, bootstrapStatementTimeout}.env()...),
		},
	}
}
