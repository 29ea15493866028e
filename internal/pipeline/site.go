package pipeline

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Site is where a stack is deployed to, as its stack file says.
type Site struct {
	Environment string
	Account     string
	Region      string
	Partition   string
	Cluster     string // "": not in the stack file
	Namespace   string // of the application
	// OwnNamespace says that the program makes the namespace.
	OwnNamespace bool
}

// ReadSite reads the stack file of a stack in a folder. The rest of the file is the program's to check.
func ReadSite(dir, stack string) (Site, error) {
	path := filepath.Join(dir, "Pulumi."+stack+".yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		return Site{}, err
	}
	var file struct {
		Config struct {
			Region      string   `yaml:"aws:region"`
			Accounts    []string `yaml:"aws:allowedAccountIds"`
			Environment string   `yaml:"mosaic-database:environment"`
			Cluster     struct {
				Name string `yaml:"name"`
			} `yaml:"mosaic-database:cluster"`
			App struct {
				Namespace string `yaml:"namespace"`
				Create    bool   `yaml:"createNamespace"`
			} `yaml:"mosaic-database:app"`
		} `yaml:"config"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return Site{}, fmt.Errorf("%s: %w", path, err)
	}
	config := file.Config
	if config.Region == "" || len(config.Accounts) != 1 {
		return Site{}, fmt.Errorf("%s: set aws:region, and aws:allowedAccountIds to the one account of the stack", path)
	}
	env := cmp.Or(config.Environment, stack)
	return Site{
		Environment:  env,
		Account:      config.Accounts[0],
		Region:       config.Region,
		Partition:    naming.Partition(config.Region),
		Cluster:      config.Cluster.Name,
		Namespace:    cmp.Or(config.App.Namespace, naming.Namespace(env)),
		OwnNamespace: config.App.Create,
	}, nil
}

// Bucket is the name of the bucket that holds the state of all stacks of an account and region.
func (s Site) Bucket() string { return fmt.Sprintf("mosaic-state-%s-%s", s.Account, s.Region) }

// Role is the ARN of a role of the pipeline: preview, deploy or drill.
func (s Site) Role(name string) string {
	return fmt.Sprintf("arn:%s:iam::%s:role/%s-%s-pipeline-%s", s.Partition, s.Account, naming.Prefix, s.Environment, name)
}

// Lines are name=value, as shells and GitHub's files of outputs take them.
func (s Site) Lines() string {
	var out strings.Builder
	for _, line := range [][2]string{
		{"environment", s.Environment},
		{"account", s.Account},
		{"region", s.Region},
		{"partition", s.Partition},
		{"cluster", s.Cluster},
		{"namespace", s.Namespace},
		{"own_namespace", strconv.FormatBool(s.OwnNamespace)},
		{"bucket", s.Bucket()},
		{"backend", fmt.Sprintf("s3://%s?region=%s", s.Bucket(), s.Region)},
		{"key", "alias/" + naming.Prefix + "-" + s.Environment + "-state"},
		{"preview_role", s.Role("preview")},
		{"deploy_role", s.Role("deploy")},
		{"drill_role", s.Role("drill")},
	} {
		fmt.Fprintf(&out, "%s=%s\n", line[0], line[1])
	}
	return out.String()
}
