package k8s

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// bootstrapSQL is what psql runs.
//
//go:embed bootstrap.sql
var bootstrapSQL string

// BootstrapArgs describes the Job that makes the database's logins, and what reads its secret.
type BootstrapArgs struct {
	App            string // whose objects they are
	Namespace      string // of all objects
	NamespaceReady []pulumi.Resource
	// ServiceAccount is the name of the account whose role reads the secrets of bootstrap and migration, and nothing else
	// runs under.
	ServiceAccount string
	RoleArn        pulumi.StringInput
	RoleReady      []pulumi.Resource
	Region         string
	// Source is the bootstrap's secret. Its SecretStore is made.
	Source
	Image string // with psql 15 or later
	Roles naming.Roles
	// Instance and Number say whose logins they are, and how many rotations they have had: the database refuses to go back.
	Instance string
	Number   int
	// Reader and People say whether there are such logins; one that was there before cannot log in any more.
	Reader, People bool
	DatabaseCidrs  []string
	DatabasePort   int
	CaBundle       CaBundle // checked against where its ConfigMap is given: the image has none
}

func (a *BootstrapArgs) check() error {
	if a.App == "" || a.Namespace == "" || a.ServiceAccount == "" || a.RoleArn == nil || a.Region == "" || !a.complete() || a.Image == "" ||
		a.Roles.Owner == "" || a.Instance == "" || a.Number < 1 || len(a.DatabaseCidrs) == 0 || a.DatabasePort <= 0 {
		return errors.New("k8s: Bootstrap needs all of its arguments but NamespaceReady, RoleReady, Reader, People and CaBundle")
	}
	return nil
}

// Bootstrap is the component.
type Bootstrap struct {
	pulumi.ResourceState

	Job   pulumi.Resource // done once the logins work
	Store pulumi.Resource // the SecretStore
}

// What a bootstrap may take. It is short: it changes roles, and of tables only those that the master user still has.
const (
	bootstrapDeadlineSeconds  = 600
	bootstrapBackoffLimit     = 3
	bootstrapLockTimeout      = 10
	bootstrapStatementTimeout = 120
)

// NewBootstrap registers the component. Its options must bring the kubernetes provider.
func NewBootstrap(ctx *pulumi.Context, name string, args *BootstrapArgs, opts ...pulumi.ResourceOption) (*Bootstrap, error) {
	if err := args.check(); err != nil {
		return nil, err
	}
	component := &Bootstrap{}
	if err := ctx.RegisterComponentResource("mosaic-database:k8s:Bootstrap", name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	o := &objects{ctx: ctx, parent: pulumi.Parent(component), app: args.App, namespace: args.Namespace}
	account, err := o.serviceAccount(args.ServiceAccount, args.RoleArn, args.NamespaceReady)
	if err != nil {
		return nil, err
	}
	component.Store, err = o.secretStore(args.SecretStore, args.Region, args.ServiceAccount, account)
	if err != nil {
		return nil, err
	}
	synced, err := o.externalSecret(naming.ExternalSecret(naming.Bootstrap(args.App)), &args.Source, args.keys(),
		append([]pulumi.Resource{component.Store}, args.RoleReady...))
	if err != nil {
		return nil, err
	}
	policy, err := o.networkPolicy(naming.Bootstrap(args.App), "bootstrap", place{args.DatabaseCidrs, args.DatabasePort}, nil, account)
	if err != nil {
		return nil, err
	}
	component.Job, err = o.job(args.job(), args.work(), synced, policy)
	if err != nil {
		return nil, err
	}
	if err := ctx.RegisterResourceOutputs(component, pulumi.Map{}); err != nil {
		return nil, fmt.Errorf("registering the outputs of %s: %w", name, err)
	}
	return component, nil
}

// job is named after what it runs, the content of the secret included, so that it runs once for each. Unlike a
// migration, it can be run again after it failed, and be stopped at any time: it is one transaction.
func (a *BootstrapArgs) job() jobArgs {
	parts := append([]string{a.Image}, a.program()...)
	settings := a.settings()
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		parts = append(parts, name, settings[name])
	}
	return jobArgs{
		pulumiName: naming.Bootstrap(a.App),
		name: a.RemoteVersion.ToStringOutput().ApplyT(func(version string) string {
			return naming.Bootstrap(a.App) + "-" + digest(append(parts, version)...)
		}).(pulumi.StringOutput),
		annotations:  object{"pulumi.com/replaceUnready": "true"},
		backoffLimit: bootstrapBackoffLimit, deadlineSeconds: bootstrapDeadlineSeconds,
	}
}

// program is psql with the statements on its standard input.
func (a *BootstrapArgs) program() []string {
	return []string{"/bin/sh", "-ec", "psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --file=- <<'SQL'\n" + bootstrapSQL + "SQL\n"}
}

func (a *BootstrapArgs) work() *work {
	env := environment(&a.Source, a.keys())
	settings := a.settings()
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		env = append(env, variable(name, settings[name]))
	}
	return &work{
		component: "bootstrap", image: a.Image, command: a.program(), cpu: "250m", memory: "128Mi", caBundle: a.CaBundle,
		env: append(env, sessionLimits(bootstrapLockTimeout, bootstrapStatementTimeout)...),
	}
}

// logins are the logins that have passwords, by what the statements know them as.
func (a *BootstrapArgs) logins() map[string]string {
	all := map[string]string{}
	for name, pair := range map[string]naming.Pair{"APP": a.Roles.Application, "MIGRATOR": a.Roles.Migrator, "READER": a.Roles.Reader} {
		all[name+"_A"], all[name+"_B"] = pair.A, pair.B
	}
	return all
}

// settings are the variables that are not secret.
func (a *BootstrapArgs) settings() map[string]string {
	settings := map[string]string{
		"INSTANCE": a.Instance, "PASSWORD_VERSION": strconv.Itoa(a.Number), "PEOPLE_MAY_LOGIN": strconv.FormatBool(a.People),
		"ROLE_OWNER": a.Roles.Owner, "ROLE_READWRITE": a.Roles.ReadWrite, "ROLE_READONLY": a.Roles.ReadOnly, "LOGIN_PEOPLE": a.Roles.People,
		"PGSSLMODE": "require",
	}
	if a.CaBundle.ConfigMap != "" {
		settings["PGSSLMODE"], settings["PGSSLROOTCERT"] = "verify-full", a.CaBundle.Path
	}
	for name, login := range a.logins() {
		settings["LOGIN_"+name] = login
	}
	return settings
}

// keys are the entries of the bootstrap's Secret: what libpq takes from the environment, and the verifiers.
func (a *BootstrapArgs) keys() []Key {
	keys := []Key{
		{"PGHOST", "host"}, {"PGPORT", "port"}, {"PGDATABASE", "database"}, {"PGUSER", "username"}, {"PGPASSWORD", "password"},
	}
	for _, name := range slices.Sorted(maps.Keys(a.logins())) {
		if a.Reader || !strings.HasPrefix(name, "READER") {
			keys = append(keys, Key{"VERIFIER_" + name, strings.ToLower(name) + "_verifier"})
		}
	}
	return keys
}
