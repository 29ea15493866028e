package stack

import (
	"cmp"
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// cloud has the providers that do not need the cluster.
type cloud struct {
	aws    *aws.Provider
	random *random.Provider
	copies pulumi.ProviderResource // AWS in backups.copyToRegion; nil: nothing is copied
}

// newCloud registers the providers for AWS and for random values. The AWS provider allows only the account of the
// configuration, so a run with credentials of another account fails before it creates anything.
func newCloud(ctx *pulumi.Context, cfg *config.Config) (*cloud, error) {
	made := &cloud{}
	var err error
	if made.aws, err = newAWS(ctx, cfg, "aws", cfg.Region); err != nil {
		return nil, err
	}
	if region := cfg.Backups.CopyToRegion; region != "" {
		if made.copies, err = newAWS(ctx, cfg, "aws-"+region, region); err != nil {
			return nil, err
		}
	}
	if made.random, err = random.NewProvider(ctx, "random", &random.ProviderArgs{}); err != nil {
		return nil, fmt.Errorf("registering the random provider: %w", err)
	}
	return made, nil
}

// newAWS registers the provider for AWS in a region.
func newAWS(ctx *pulumi.Context, cfg *config.Config, name, region string) (*aws.Provider, error) {
	provider, err := aws.NewProvider(ctx, name, &aws.ProviderArgs{
		Region:            pulumi.String(region),
		AllowedAccountIds: pulumi.StringArray{pulumi.String(cfg.AccountID)},
		DefaultTags:       aws.ProviderDefaultTagsArgs{Tags: pulumi.ToStringMap(cfg.ResourceTags())},
	})
	if err != nil {
		return nil, fmt.Errorf("registering the aws provider of %s: %w", region, err)
	}
	return provider, nil
}

// newKubernetes registers the provider for the EKS cluster. Its kubeconfig is made from the data of the cluster, so that no run
// uses the current context of somebody's laptop. The configuration can override it.
func newKubernetes(ctx *pulumi.Context, cfg *config.Config, found *discovery) (*kubernetes.Provider, error) {
	// Every cluster has another endpoint and another issuer, even a new one with the name of a deleted one, but a renewed
	// certificate changes neither.
	identity := cmp.Or(found.cluster.endpoint, found.oidcIssuer)
	args := &kubernetes.ProviderArgs{
		ClusterIdentifier: pulumi.String(identity),
		// Conflicts with other field managers (kubectl, Helm, Argo CD, the operator, an earlier version of this program) must not
		// stop a rotation halfway, with the new password in RDS and the old one in the cluster.
		EnablePatchForce: pulumi.Bool(true),
	}
	if cfg.Cluster.Kubeconfig != "" {
		// It may hold a token, encrypted in the stack file or not.
		args.Kubeconfig = pulumi.ToSecret(pulumi.String(cfg.Cluster.Kubeconfig)).(pulumi.StringOutput)
	} else {
		kubeconfig, err := kubeconfig(found.cluster, cfg.Region)
		if err != nil {
			return nil, err
		}
		args.Kubeconfig = pulumi.String(kubeconfig)
	}
	if cfg.Delivery == config.DeliveryHandover {
		args.UpsertExistingObjects = pulumi.Bool(true) // take over what the chart has created
	}
	if cfg.Cluster.Context != "" {
		args.Context = pulumi.String(cfg.Cluster.Context)
	}
	provider, err := kubernetes.NewProvider(ctx, "kubernetes", args)
	if err != nil {
		return nil, fmt.Errorf("registering the kubernetes provider: %w", err)
	}
	return provider, nil
}

// kubeconfig returns a kubeconfig that gets tokens from the AWS CLI when they are needed. A fixed token would expire after 15
// minutes, before a new instance is ready.
func kubeconfig(c eksCluster, region string) (string, error) {
	text, err := json.Marshal(map[string]any{
		"apiVersion":      "v1",
		"kind":            "Config",
		"current-context": c.name,
		"clusters": []any{map[string]any{"name": c.name, "cluster": map[string]string{
			"server": c.endpoint, "certificate-authority-data": c.certificateAuthority,
		}}},
		"contexts": []any{map[string]any{"name": c.name, "context": map[string]string{
			"cluster": c.name, "user": c.name,
		}}},
		"users": []any{map[string]any{"name": c.name, "user": map[string]any{"exec": map[string]any{
			"apiVersion":      "client.authentication.k8s.io/v1beta1",
			"command":         "aws",
			"args":            []string{"eks", "get-token", "--cluster-name", c.name, "--region", region, "--output", "json"},
			"interactiveMode": "Never",
		}}}},
	})
	if err != nil {
		return "", fmt.Errorf("encoding the kubeconfig of %s: %w", c.name, err)
	}
	return string(text), nil
}
