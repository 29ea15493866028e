package stack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
)

// lookupMissing asks the cluster for the namespaces and the operator that the objects of this program need. What the role may not read, and
// a cluster that cannot be reached from here, are not held against the configuration: the provider says so when it gets there.
func (d *discovery) lookupMissing(ctx *pulumi.Context, cfg *config.Config, from pulumi.InvokeOption) error {
	if !cfg.Delivery.InCluster() || cfg.Cluster.Kubeconfig != "" || d.cluster.endpoint == "" || d.cluster.certificateAuthority == "" {
		return nil // a kubeconfig may log in by any program, and a cluster that is being made has no API yet
	}
	auth, err := eks.GetClusterAuth(ctx, &eks.GetClusterAuthArgs{Name: d.cluster.name}, from)
	if err != nil || auth.Token == "" {
		return nil //nolint:nilerr // nothing can be asked without it
	}
	server, err := newAPIServer(d.cluster, auth.Token)
	if err != nil {
		return err
	}
	d.missing, d.unseen = server.missing(ctx.Context(), cfg)
	return nil
}

// missing is a problem for each namespace that is not there, for an operator that is not there or too old, and for each
// ClusterSecretStore that is not there; and a warning for each namespace that the role may not look at.
func (s *apiServer) missing(ctx context.Context, cfg *config.Config) (schema.Problems, []string) {
	applications := cfg.Applications()
	found, unseen := make([]*schema.Problem, len(applications)+1), make([]string, len(applications))
	lookups := []func() error{func() error { found[0] = s.operator(ctx); return nil }}
	for i, app := range applications {
		lookups = append(lookups, func() error { found[i+1], unseen[i] = s.application(ctx, cfg, app); return nil })
	}
	_ = together(lookups...) // none of them fails
	var problems schema.Problems
	for _, problem := range found {
		if problem != nil && !slices.Contains(problems, *problem) {
			problems = append(problems, *problem)
		}
	}
	return problems, slices.DeleteFunc(unseen, func(warning string) bool { return warning == "" })
}

// operator is the problem of the External Secrets Operator; nil: none.
func (s *apiServer) operator(ctx context.Context) *schema.Problem {
	group, version, _ := strings.Cut(manifest.SecretsAPI, "/")
	var served struct {
		Versions []struct{ Version string }
	}
	err := s.get(ctx, "/apis/"+group, &served)
	problem := &schema.Problem{
		Key: config.Key("cluster.name"), Rule: "a cluster with the External Secrets Operator; this one has none",
		Fix: "another cluster, or install it first: https://external-secrets.io/latest/introduction/getting-started/",
	}
	if errors.Is(err, errMissing) {
		return problem
	}
	var has []string
	for _, v := range served.Versions {
		has = append(has, v.Version)
	}
	if err != nil || slices.Contains(has, version) {
		return nil
	}
	problem.Rule = fmt.Sprintf("a cluster whose External Secrets Operator serves %s; this one serves %s", manifest.SecretsAPI, strings.Join(has, ", "))
	problem.Fix = "another cluster, or upgrade the operator to 0.16 or later"
	return problem
}

// application is the problem of an application's namespace, or of the store that it uses; nil: none. The warning is that of a namespace that
// the role may not look at: who may make objects there, may.
func (s *apiServer) application(ctx context.Context, cfg *config.Config, app config.Application) (problem *schema.Problem, warning string) {
	var err error
	if created := cfg.App.CreateNamespace && app.Namespace == cfg.App.Namespace; !created {
		err = s.get(ctx, "/api/v1/namespaces/"+app.Namespace, &struct{}{})
	}
	key := config.Key(app.Key() + ".namespace")
	switch {
	case errors.Is(err, errMissing):
		return &schema.Problem{
			Key: key, Value: app.Namespace, Rule: "a namespace of the cluster " + cfg.Cluster.Name,
			Fix: "another one, or make it first; the application that owns the schema can have createNamespace: true",
		}, ""
	case errors.Is(err, errUnreachable):
		return nil, ""
	case errors.Is(err, errForbidden):
		warning = fmt.Sprintf("%s: %s: the cluster %s does not let this role read the namespace, so an up would fail there. It does not exist, belongs to somebody else, or "+
			"policies/cluster-access.yaml was not applied to it (docs/how-to/pipeline.md)", key, app.Namespace, cfg.Cluster.Name)
	}
	if store := app.ClusterSecretStore; store != "" && errors.Is(s.get(ctx, "/apis/"+manifest.SecretsAPI+"/clustersecretstores/"+store, &struct{}{}), errMissing) {
		problem = &schema.Problem{
			Key: config.Key(app.Key() + ".clusterSecretStore"), Value: app.ClusterSecretStore, Rule: "a ClusterSecretStore of the cluster " + cfg.Cluster.Name,
			Fix: "another one, or remove the line for a SecretStore of the application's own",
		}
	}
	return problem, warning
}
