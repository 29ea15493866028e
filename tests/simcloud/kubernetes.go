package simcloud

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"gopkg.in/yaml.v3"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud/kube"
)

const (
	namespaceType      = "kubernetes:core/v1:Namespace"
	serviceAccountType = "kubernetes:core/v1:ServiceAccount"
	kubeSecretType     = "kubernetes:core/v1:Secret"
	configMapType      = "kubernetes:core/v1:ConfigMap"
	networkPolicyType  = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	jobType            = "kubernetes:batch/v1:Job"
	deploymentType     = "kubernetes:apps/v1:Deployment"
	serviceType        = "kubernetes:core/v1:Service"
	disruptionsType    = "kubernetes:policy/v1:PodDisruptionBudget"
	secretStoreType    = "kubernetes:external-secrets.io/v1:SecretStore"
	externalSecretType = "kubernetes:external-secrets.io/v1:ExternalSecret"

	clusterSecretStoreType = "kubernetes:external-secrets.io/v1:ClusterSecretStore"
)

// furnish creates what every cluster has before the program runs.
func (c *Cloud) furnish() {
	for _, cluster := range eksClusters {
		for _, name := range []string{"default", "kube-system", "mosaic-prod"} {
			c.put(&Object{Kind: namespaceType, Cluster: cluster.name, ID: name, Properties: Properties{
				"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name},
			}})
		}
	}
}

// kubernetes is the kubernetes provider.
type kubernetes struct{ cloud *Cloud }

func (*kubernetes) version() string { return "4.33.0" }

func (*kubernetes) checkConfig(config resource.PropertyMap) []*pulumirpc.CheckFailure {
	known := []string{
		"cluster", "clusterIdentifier", "context", "deleteUnreachable", "enableConfigMapMutable", "enablePatchForce",
		"enableSecretMutable", "enableServerSideApply", "helmReleaseSettings", "kubeClientSettings", "kubeconfig", "namespace",
		"skipUpdateUnreachable", "strictMode", "suppressDeprecationWarnings", "suppressHelmHookWarnings",
		"upsertExistingObjects", "version",
	}
	var failures []*pulumirpc.CheckFailure
	for _, k := range config.StableKeys() {
		if !slices.Contains(known, string(k)) && !strings.HasPrefix(string(k), "__") {
			failures = append(failures, failure(string(k), "the kubernetes provider has no such configuration"))
		}
	}
	return failures
}

func (k *kubernetes) movesOn(old, config Properties) bool {
	if from, to := old.Text("clusterIdentifier"), config.Text("clusterIdentifier"); from != "" && to != "" {
		return from != to
	}
	from, _ := k.connect(old)
	to, _ := k.connect(config)
	return from != to
}

func (k *kubernetes) configure(config Properties) (session, error) {
	name, err := k.connect(config)
	applier := applier{upserts: fmt.Sprint(config["upsertExistingObjects"]) == "true", forces: fmt.Sprint(config["enablePatchForce"]) == "true"}
	if there, found := k.cloud.Clusters[name]; found && err == nil {
		client, err := kube.Connect(there.Server)
		return &realCluster{applier: applier, client: client, patience: k.cloud.Patience}, err
	}
	if err != nil {
		err = fmt.Errorf("configured Kubernetes cluster is unreachable: %w", err)
	}
	return &cluster{applier: applier, cloud: k.cloud, name: name, unreachable: err}, nil
}

type kubeconfig struct {
	CurrentContext string `yaml:"current-context"`
	Clusters       []struct {
		Name    string
		Cluster struct {
			Server                   string
			CertificateAuthorityData string `yaml:"certificate-authority-data"`
		}
	}
	Contexts []struct {
		Name    string
		Context struct{ Cluster, User string }
	}
	Users []struct {
		Name string
		User struct {
			Exec struct {
				APIVersion string `yaml:"apiVersion"`
				Command    string
				Args       []string
			}
		}
	}
}

// connect is the name of the EKS cluster that a provider's configuration leads to.
func (k *kubernetes) connect(config Properties) (string, error) {
	content := config.Text("kubeconfig")
	if content == "" {
		return "", errors.New("unable to load Kubernetes client configuration: give kubeconfig")
	}
	if saved, err := os.ReadFile(content); err == nil {
		content = string(saved)
	}
	var file kubeconfig
	if err := yaml.Unmarshal([]byte(content), &file); err != nil {
		return "", fmt.Errorf("unable to load Kubernetes client configuration from kubeconfig file: %w", err)
	}
	current := file.CurrentContext
	if context := config.Text("context"); context != "" {
		current = context
	}
	for _, context := range file.Contexts {
		if context.Name == current {
			return k.login(file, context.Context.Cluster, context.Context.User)
		}
	}
	return "", fmt.Errorf("context %q does not exist", current)
}

func (k *kubernetes) login(file kubeconfig, clusterName, user string) (string, error) {
	for _, entry := range file.Clusters {
		if entry.Name != clusterName {
			continue
		}
		server := entry.Cluster.Server
		names, authority := k.served(server)
		if len(names) == 0 {
			return "", fmt.Errorf("dial tcp: lookup %s: no such host (simulated are the EKS clusters mosaic-dev, mosaic-prod and mosaic-prod-west)", server)
		}
		if entry.Cluster.CertificateAuthorityData != authority {
			return "", errors.New("tls: failed to verify certificate: x509: certificate signed by unknown authority")
		}
		var err error
		for _, name := range names {
			if err = file.authenticate(user, name); err == nil {
				return name, nil
			}
		}
		return "", err
	}
	return "", fmt.Errorf("cluster %q does not exist", clusterName)
}

// served lists the EKS clusters with an API server, and its certificate authority. A real one can stand for several clusters.
func (k *kubernetes) served(server string) (names []string, authority string) {
	for _, eks := range eksClusters {
		there, found := k.cloud.Clusters[eks.name]
		host, _, _ := strings.Cut(strings.TrimPrefix(server, "https://"), ".")
		switch {
		case found && there.URL == server:
			names, authority = append(names, eks.name), there.certificateAuthority()
		case !found && eks.hex() == host && strings.HasSuffix(server, ".eks.amazonaws.com"):
			names, authority = append(names, eks.name), eks.certificateAuthority()
		}
	}
	return names, authority
}

// authenticate checks that the user of the kubeconfig gets a token for this cluster.
func (k kubeconfig) authenticate(user, cluster string) error {
	for _, entry := range k.Users {
		if entry.Name != user {
			continue
		}
		exec := entry.User.Exec
		if exec.Command == "" || !strings.HasPrefix(exec.APIVersion, "client.authentication.k8s.io/v1") {
			return fmt.Errorf("user %q: exec plugin: give apiVersion client.authentication.k8s.io/v1 or v1beta1, and a command", user)
		}
		if i := slices.Index(exec.Args, "--cluster-name"); i < 0 || i+1 == len(exec.Args) || exec.Args[i+1] != cluster {
			return fmt.Errorf("user %q: the server has asked for the client to provide credentials: the token is not for the cluster %s",
				user, cluster)
		}
		return nil
	}
	return fmt.Errorf("user %q does not exist", user)
}
