package jobs

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
	"github.com/mosaic-stories/mosaic-database/scripts/sql"
)

// LoadArgs are the arguments of [NewLoad].
type LoadArgs struct {
	Config         *config.Config
	Role           manifest.IAMRole
	NamespaceReady []pulumi.Resource  // the namespace; empty if this program does not create it
	DatabaseCidrs  []string           // of the database's subnets
	SecretVersion  pulumi.StringInput // version ID of the load secret's content
}

// Load is the component resource with the Job that fills the active instance with a dump of another one, and with the objects that provide
// its Secret.
type Load struct {
	pulumi.ResourceState

	Job pulumi.Resource // created once the active instance has everything
}

// The limits of the load. It takes as long as the database is large; when its time is over, it opens the other instance again. A second try
// begins anew, and the first has left nothing.
const (
	loadDeadlineSeconds = 12 * 60 * 60
	loadBackoffLimit    = 1
)

const loadComponent = "load"

// NewLoad registers the component. opts must include the provider kubernetes.
func NewLoad(ctx *pulumi.Context, name string, args *LoadArgs, opts ...pulumi.ResourceOption) (*Load, error) {
	component := &Load{}
	if err := ctx.RegisterComponentResource("mosaic-database:k8s:Load", name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	app, load := args.Config.App, naming.Load(args.Config.App.Name)
	w := &manifest.Writer{Context: ctx, Parent: pulumi.Parent(component), App: app.Name, Namespace: app.Namespace}
	secret := &manifest.Secret{
		Name: naming.KubernetesSecret(load), ExternalSecret: naming.ExternalSecret(load), SecretStore: load,
		RemoteName: naming.LoadSecret(args.Config.Environment), RemoteVersion: args.SecretVersion, Keys: loadVariables(),
	}
	synced, err := w.Sync(manifest.Reader{
		ServiceAccount: load, Role: args.Role, Region: args.Config.Region, NamespaceReady: args.NamespaceReady,
	}, secret)
	if err != nil {
		return nil, err
	}
	policy, err := w.NetworkPolicy(manifest.NetworkPolicy{
		Name: load, Component: loadComponent, DatabaseCidrs: args.DatabaseCidrs, DatabasePort: args.Config.Database.Port, Account: synced.Account,
	})
	if err != nil {
		return nil, err
	}
	if component.Job, err = args.job(secret, w.Labels(loadComponent)).register(w, synced.ExternalSecret, policy); err != nil {
		return nil, err
	}
	if err := ctx.RegisterResourceOutputs(component, pulumi.Map{}); err != nil {
		return nil, fmt.Errorf("registering the outputs of %s: %w", name, err)
	}
	return component, nil
}

// job returns the Job. Its name has a hash of the two instances, and of nothing else: an instance is filled once.
func (a *LoadArgs) job(secret *manifest.Secret, labels object) *job {
	name := naming.Load(a.Config.App.Name)
	source, target := a.Config.Restore.SourceInstanceIdentifier, a.Config.Instance()
	env := append(secret.DirectEnvironment(), variable("SOURCE", source), variable("TARGET", target))
	verified := verification(a.Config.TLS)
	for _, name := range slices.Sorted(maps.Keys(verified)) {
		env = append(env, variable(name, verified[name]))
	}
	return &job{
		pulumiName: name, name: pulumi.String(name + "-" + manifest.Digest(source, target)),
		annotations:  object{"pulumi.com/replaceUnready": "true"}, // another up tries again
		backoffLimit: loadBackoffLimit, deadlineSeconds: loadDeadlineSeconds,
		pod: podSpec{
			labels: labels, name: loadComponent, image: a.Config.Database.BootstrapImage, command: LoadCommand(), cpu: "1", memory: "512Mi",
			tls: a.Config.TLS, pods: a.Config.Pods, env: append(env, sessionLimits{}.env()...),
		},
	}
}

// loadVariables are the variables that are secret, with their properties in the load secret.
func loadVariables() []manifest.Key {
	return []manifest.Key{
		{Name: "TARGET_HOST", Property: "host"}, {Name: "PGPORT", Property: "port"}, {Name: "PGDATABASE", Property: "database"},
		{Name: "PGUSER", Property: "username"}, {Name: "PGPASSWORD", Property: "password"},
		{Name: "SOURCE_HOST", Property: "source_host"}, {Name: "SOURCE_USER", Property: "source_username"},
	}
}

//go:embed load.sh
var loadScript string

// LoadCommand is the command that fills the instance TARGET at TARGET_HOST with a dump of SOURCE at SOURCE_HOST. It needs psql and pg_dump 15
// or later, of no earlier version than the servers. Its files of statements are those of db-replicate and db-switch.
func LoadCommand() []string {
	script := &strings.Builder{}
	script.WriteString("cd \"${TMPDIR:-/tmp}\"\n")
	for _, name := range []string{"replicate-roles", "switch-close", "switch-open", "switch-compare", "switch-schema"} {
		fmt.Fprintf(script, "cat >%s.sql <<'SQL'\n%sSQL\n", name, sql.Text(name+".sql"))
	}
	// The kubelet takes two dollar signs for one, and $(NAME) for a variable.
	return []string{"/bin/sh", "-euc", strings.ReplaceAll(script.String()+loadScript, "$", "$$")}
}
