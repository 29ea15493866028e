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
	Role   manifest.IAMRole
	// NamespaceReady is the namespace; empty if this program does not create it.
	NamespaceReady []pulumi.Resource
	DatabaseCidrs  []string // of the database's subnets
	// SecretVersion is the version ID of the bootstrap secret's content.
	SecretVersion pulumi.StringInput
	// MasterSecretArn is RDS's secret with the master user's password; used only where RDS manages it.
	MasterSecretArn pulumi.StringInput
}

// Bootstrap is the component resource with the Job that creates the database's roles and logins, and with the objects that
// provide its Secret.
type Bootstrap struct {
	pulumi.ResourceState

	Job        pulumi.Resource   // created once the logins work
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

// secret returns the Secret of the bootstrap: environment variables of libpq for the master user, and the verifiers of the
// logins' passwords.
func (a *BootstrapArgs) secret() *manifest.Secret {
	name := naming.Bootstrap(a.Config.App.Name)
	secret := &manifest.Secret{
		Name: naming.KubernetesSecret(name), ExternalSecret: naming.ExternalSecret(name), SecretStore: naming.Admin(a.Config.App.Name),
		RemoteName: naming.BootstrapSecret(a.Config.Environment), RemoteVersion: a.SecretVersion, Keys: secretVariables(a.Config),
	}
	if a.Config.Database.ManageMasterUserPassword {
		// RDS changes the password every seven days, of which the program learns nothing. The operator reads it again before each new Job.
		secret.Other = &manifest.Other{Name: a.MasterSecretArn, Keys: masterVariables(), Reader: a.jobName()}
	}
	return secret
}

// jobName has a hash of everything that the Job runs with, including the version of the secret, so that it runs again when any of it changes.
func (a *BootstrapArgs) jobName() pulumi.StringOutput {
	identity := append([]string{a.Config.Database.BootstrapImage}, psql()...)
	for _, setting := range plainVariables(a.Config) {
		identity = append(identity, setting.name, setting.value)
	}
	if len(a.Config.Extensions()) > 0 { // of which another version of the server may have another version
		identity = append(identity, a.Config.Database.EngineVersion)
	}
	return a.SecretVersion.ToStringOutput().ApplyT(func(version string) string {
		return naming.Bootstrap(a.Config.App.Name) + "-" + manifest.Digest(append(identity, version)...)
	}).(pulumi.StringOutput)
}

// job returns the Job. It is one transaction, so unlike a migration it can be stopped and repeated safely.
func (a *BootstrapArgs) job(secret *manifest.Secret, labels object) *job {
	image, env := a.Config.Database.BootstrapImage, secret.DirectEnvironment()
	for _, setting := range plainVariables(a.Config) {
		env = append(env, variable(setting.name, setting.value))
	}
	return &job{
		pulumiName: naming.Bootstrap(a.Config.App.Name), name: a.jobName(),
		annotations:  object{"pulumi.com/replaceUnready": "true"},
		backoffLimit: bootstrapBackoffLimit, deadlineSeconds: bootstrapDeadlineSeconds,
		pod: podSpec{
			labels: labels, name: bootstrapComponent, image: image, command: psql(), cpu: "250m", memory: "128Mi", tls: a.Config.TLS, pods: a.Config.Pods,
			env: append(env, sessionLimits{bootstrapLockTimeout, bootstrapStatementTimeout, bootstrapDeadlineSeconds}.env()...),
		},
	}
}
