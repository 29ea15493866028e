package pipeline

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Target is the environment that a stack is deployed to, as its stack file has it.
type Target struct {
	Environment string
	Account     string
	Region      string
	Partition   string
	Cluster     string // "": not in the stack file
	Namespace   string // of the application
	// OwnNamespace says that the program creates the namespace.
	OwnNamespace bool
	// PolicyArns are the managed policies that the stack's roles have besides, sorted.
	PolicyArns []string
	// Instance is the identifier of the first instance. It, those of the replicas, and the name of the subnet group are the program's own,
	// unless another tool made them.
	Instance    string
	Replicas    []string // that another tool made
	SubnetGroup string   // that another tool made; "": none
}

// ReadTarget reads the target from Pulumi.<stack>.yaml in a folder. It fails without a region and exactly one allowed account; the
// program checks the rest of the file.
func ReadTarget(dir, stack string) (Target, error) {
	path := filepath.Join(dir, "Pulumi."+stack+".yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		return Target{}, err
	}
	var file struct {
		Config struct {
			Region      string   `yaml:"aws:region"`
			Accounts    []string `yaml:"aws:allowedAccountIds"`
			Environment string   `yaml:"mosaic-database:environment"`
			Database    struct {
				Instance string   `yaml:"instanceIdentifier"`
				Replicas []string `yaml:"readReplicaIdentifiers"`
			} `yaml:"mosaic-database:database"`
			Network struct {
				SubnetGroup string `yaml:"subnetGroupName"`
			} `yaml:"mosaic-database:network"`
			Cluster struct {
				Name string `yaml:"name"`
			} `yaml:"mosaic-database:cluster"`
			App struct {
				Namespace string   `yaml:"namespace"`
				Create    bool     `yaml:"createNamespace"`
				Policies  []string `yaml:"policyArns"`
			} `yaml:"mosaic-database:app"`
			Additional map[string]struct {
				Policies []string `yaml:"policyArns"`
			} `yaml:"mosaic-database:additionalApps"`
		} `yaml:"config"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return Target{}, fmt.Errorf("%s: %w", path, err)
	}
	config := file.Config
	if config.Region == "" || len(config.Accounts) != 1 {
		return Target{}, fmt.Errorf("%s: set aws:region, and aws:allowedAccountIds to the one account of the stack", path)
	}
	if !regexp.MustCompile(naming.Region).MatchString(config.Region) {
		return Target{}, fmt.Errorf("%s: aws:region: %s is not the name of an AWS region, such as us-east-1", path, config.Region)
	}
	policies := slices.Clone(config.App.Policies)
	for _, app := range config.Additional {
		policies = append(policies, app.Policies...)
	}
	slices.Sort(policies)
	env := cmp.Or(config.Environment, stack)
	return Target{
		Environment:  env,
		Account:      config.Accounts[0],
		Region:       config.Region,
		Partition:    naming.Partition(config.Region),
		Cluster:      config.Cluster.Name,
		Namespace:    cmp.Or(config.App.Namespace, naming.Namespace(env)),
		OwnNamespace: config.App.Create,
		PolicyArns:   slices.Compact(policies),
		Instance:     cmp.Or(config.Database.Instance, naming.Instance(env)),
		Replicas:     config.Database.Replicas,
		SubnetGroup:  config.Network.SubnetGroup,
	}, nil
}

// Bucket is the name of the bucket that holds the state of all stacks of an account and region.
func (t Target) Bucket() string { return fmt.Sprintf("mosaic-state-%s-%s", t.Account, t.Region) }

// Backend is the URL of that bucket for pulumi login.
func (t Target) Backend() string { return fmt.Sprintf("s3://%s?region=%s", t.Bucket(), t.Region) }

// Key is the alias of the KMS key that encrypts the secrets in the state.
func (t Target) Key() string { return "alias/" + naming.Prefix + "-" + t.Environment + "-state" }

// Role is the ARN of a role of the pipeline: preview, deploy or drill.
func (t Target) Role(name string) string {
	return fmt.Sprintf("arn:%s:iam::%s:role/%s-%s-pipeline-%s", t.Partition, t.Account, naming.Prefix, t.Environment, name)
}

// Lines has a line name=value for each field, as shells and GitHub's GITHUB_OUTPUT read them.
func (t Target) Lines() string {
	var out strings.Builder
	for _, line := range [][2]string{
		{"environment", t.Environment},
		{"account", t.Account},
		{"region", t.Region},
		{"partition", t.Partition},
		{"cluster", t.Cluster},
		{"namespace", t.Namespace},
		{"own_namespace", strconv.FormatBool(t.OwnNamespace)},
		{"bucket", t.Bucket()},
		{"backend", t.Backend()},
		{"key", t.Key()},
		{"preview_role", t.Role("preview")},
		{"deploy_role", t.Role("deploy")},
		{"drill_role", t.Role("drill")},
	} {
		fmt.Fprintf(&out, "%s=%s\n", line[0], line[1])
	}
	return out.String()
}
