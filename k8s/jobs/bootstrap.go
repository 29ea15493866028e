package jobs

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
)

// BootstrapArgs are the arguments of [NewBootstrap].
type BootstrapArgs struct {
	Config *config.Config
	App    config.Application // whose database it is
	Role   manifest.IAMRole   // of the main application's, which reads the secrets of all
	// NamespaceReady is the namespace; empty if this program does not create it.
	NamespaceReady []pulumi.Resource
	DatabaseCidrs  []string // of the database's subnets
	// SecretVersion is the version ID of the bootstrap secret's content.
	SecretVersion pulumi.StringInput
	// MasterSecretArn is RDS's secret with the master user's password; used only where RDS manages it.
	MasterSecretArn pulumi.StringInput
	// Main is the main application's bootstrap, with its SecretStore; nil: this one is it. It closes the main database to all others, so
	// it comes first.
	Main *Bootstrap
}

// Bootstrap is the component resource with the Job that creates the database's roles and logins, and with the objects that
// provide its Secret.
type Bootstrap struct {
	pulumi.ResourceState

	Job        pulumi.Resource   // created once the logins work
	account    pulumi.Resource   // the ServiceAccount of the SecretStore
	storeReady []pulumi.Resource // the SecretStore and the policy of its IAM role, which reads the migrator's secret too
}

// The limits of the bootstrap Job. They are short, because it changes roles, and only those tables that the master user
// still owns.
const (
	bootstrapDeadlineSeconds  = 600
	bootstrapBackoffLimit     = 3
	bootstrapLockTimeout      = 10
	bootstrapStatementTimeout = 120
)

const bootstrapComponent = "bootstrap"

// NewBootstrap registers the component. opts must include the provider kubernetes.
func NewBootstrap(ctx *pulumi.Context, name string, args *BootstrapArgs, opts ...pulumi.ResourceOption) (*Bootstrap, error) {
	component := &Bootstrap{}
	if err := ctx.RegisterComponentResource("mosaic-database:k8s:Bootstrap", name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	app := args.App.Name
	w := &manifest.Writer{Context: ctx, Parent: pulumi.Parent(component), App: app, Namespace: args.Config.App.Namespace}
	secret := args.secret()
	dependencies, err := args.sync(w, component, secret)
	if err != nil {
		return nil, err
	}
	policy, err := w.NetworkPolicy(manifest.NetworkPolicy{
		Name: naming.Bootstrap(app), Component: bootstrapComponent,
		DatabaseCidrs: args.DatabaseCidrs, DatabasePort: args.Config.Database.Port, Account: component.account,
	})
	if err != nil {
		return nil, err
	}
	component.Job, err = args.job(secret, w.Labels(bootstrapComponent)).register(w, append(dependencies, policy)...)
	if err != nil {
		return nil, err
	}
	if err := ctx.RegisterResourceOutputs(component, pulumi.Map{}); err != nil {
		return nil, fmt.Errorf("registering the outputs of %s: %w", name, err)
	}
	return component, nil
}

// sync registers the Secret of the bootstrap, with a SecretStore if this is the main one, and returns what the Job waits for.
func (a *BootstrapArgs) sync(w *manifest.Writer, component *Bootstrap, secret *manifest.Secret) ([]pulumi.Resource, error) {
	if main := a.Main; main != nil {
		component.account, component.storeReady = main.account, main.storeReady
		synced, err := w.ExternalSecret(secret, main.storeReady)
		return []pulumi.Resource{synced, main.Job}, err
	}
	synced, err := w.Sync(manifest.Reader{
		ServiceAccount: secret.SecretStore, Role: a.Role, Region: a.Config.Region, NamespaceReady: a.NamespaceReady,
	}, secret)
	if err != nil {
		return nil, err
	}
	component.account, component.storeReady = synced.Account, []pulumi.Resource{synced.Store, a.Role.Permissions}
	return []pulumi.Resource{synced.ExternalSecret}, nil
}

// secret returns the Secret of the bootstrap: environment variables of libpq for the master user, and the verifiers of the
// logins' passwords. It is in the namespace of the main application, whatever database it is for: who may read it has all of them.
func (a *BootstrapArgs) secret() *manifest.Secret {
	name := naming.Bootstrap(a.App.Name)
	secret := &manifest.Secret{
		Name: naming.KubernetesSecret(name), ExternalSecret: naming.ExternalSecret(name), SecretStore: naming.Admin(a.Config.App.Name),
		RemoteName: a.App.Secrets.Bootstrap, RemoteVersion: a.SecretVersion, Keys: secretVariables(a.Config, a.App),
	}
	if a.Config.Database.ManageMasterUserPassword {
		// RDS changes the password every seven days, of which the program learns nothing. The operator reads it again before each new Job.
		secret.Other = &manifest.Other{Name: a.MasterSecretArn, Keys: masterVariables(), Reader: a.jobName()}
	}
	return secret
}

// jobName has a hash of everything that the Job runs with, including the version of the secret, so that it runs again when any of it changes.
func (a *BootstrapArgs) jobName() pulumi.StringOutput {
	identity := append([]string{a.Config.Database.BootstrapImage}, psql(a.App)...)
	for _, setting := range plainVariables(a.Config, a.App) {
		identity = append(identity, setting.name, setting.value)
	}
	if a.App.Main && len(a.Config.Extensions()) > 0 { // of which another version of the server may have another version
		identity = append(identity, a.Config.Database.EngineVersion)
	}
	return a.SecretVersion.ToStringOutput().ApplyT(func(version string) string {
		return naming.Bootstrap(a.App.Name) + "-" + manifest.Digest(append(identity, version)...)
	}).(pulumi.StringOutput)
}

// job returns the Job. Unlike a migration, it can be stopped and repeated safely: its statements are one transaction, after those that make a
// database.
func (a *BootstrapArgs) job(secret *manifest.Secret, labels object) *job {
	image, env := a.Config.Database.BootstrapImage, secret.DirectEnvironment()
	for _, setting := range plainVariables(a.Config, a.App) {
		env = append(env, variable(setting.name, setting.value))
	}
	return &job{
		pulumiName: naming.Bootstrap(a.App.Name), name: a.jobName(),
		annotations:  object{"pulumi.com/replaceUnready": "true"},
		backoffLimit: bootstrapBackoffLimit, deadlineSeconds: bootstrapDeadlineSeconds,
		pod: podSpec{
			labels: labels, name: bootstrapComponent, image: image, command: psql(a.App), cpu: "250m", memory: "128Mi", tls: a.Config.TLS, pods: a.Config.Pods,
			env: append(env, sessionLimits{bootstrapLockTimeout, bootstrapStatementTimeout, bootstrapDeadlineSeconds}.env()...),
		},
	}
}
