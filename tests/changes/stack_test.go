//go:build prove

package changes

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// transitioning is a stack on which one change is made after another.
type transitioning struct {
	*live.Stack
	patched
	file      string            // the stack file that Pulumi reads
	env       *strings.Replacer // replaces names by <…> for the report
	patch     string            // of the content that is deployed
	once      bool              // whether to make each change with an up only
	inCluster bool              // whether the program creates the Kubernetes objects
}

func beginning(t *testing.T, stack string, layers ...string) *transitioning {
	t.Helper()
	l := live.Start(t, stack)
	s := &transitioning{
		Stack: l, file: filepath.Join(l.WorkDir(), "Pulumi."+stack+".yaml"),
	}
	s.patched = patched{file: read(t, s.file), layers: layers, names: strings.NewReplacer("<env>", stack)}
	s.write(t, "")
	for _, name := range []string{"pooler-tls", "rds-tls"} {
		l.Certificate("mosaic-"+stack, name)
	}
	l.MustUp()
	s.inCluster = len(l.Cloud.Objects(live.ExternalSecretType)) > 0
	vpc := l.One("aws:ec2/securityGroup:SecurityGroup").Properties.Text("vpcId")
	subnets := l.One("aws:rds/subnetGroup:SubnetGroup").Properties.Texts("subnetIds")
	require.Len(t, subnets, 3)
	issuer := simcloud.OIDCIssuer("mosaic-"+stack, "us-east-1")
	other := simcloud.OIDCIssuer(map[string]string{"dev": "mosaic-prod", "prod": "mosaic-dev"}[stack], "us-east-1")
	s.names = strings.NewReplacer("<env>", stack, "<vpc>", vpc,
		"<subnet1>", subnets[0], "<subnet2>", subnets[1], "<subnet3>", subnets[2],
		"<group>", simcloud.DefaultSecurityGroup("mosaic-"+stack), "<issuer>", issuer, "<other issuer>", other)
	s.env = strings.NewReplacer("mosaic-"+stack, "mosaic-<env>", "mosaic/"+stack, "mosaic/<env>", "has to stay "+stack+",", "has to stay <env>,",
		"write "+stack+";", "write <env>;", vpc, "<vpc>", issuer, "<issuer>", other, "<other issuer>", keyOne, "key 1", keyTwo, "key 2")
	return s
}

// write writes the stack file with the patch of a row.
func (s *transitioning) write(t *testing.T, patch string) {
	t.Helper()
	file := maps.Clone(s.patched.file)
	file["config"] = s.values(t, patch)
	content, err := yaml.Marshal(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(s.file, content, 0o600))
	s.patch = patch
}

// lasting tells whether no change of a stack file may recreate or delete a resource.
func lasting(kind, name string) bool {
	if recorder.Optional(name) {
		return false
	}
	switch kind {
	case live.ClusterType:
		return true
	case live.ClusterInstanceType:
		return strings.HasSuffix(name, "-instance-1")
	case live.InstanceType:
		return !strings.Contains(name, "-replica-")
	case live.RoleType:
		return !strings.HasSuffix(name, "-monitoring-role")
	}
	return slices.Contains([]string{
		live.SecretType, live.RolePolicyType, live.NamespaceType, live.ServiceAccountType,
		live.SecretStoreType, live.ExternalSecretType,
	}, kind)
}

// primary is the instance that is no replica.
func (s *transitioning) primary() simcloud.Properties {
	s.T.Helper()
	if clusters := s.Cloud.Objects(live.ClusterType); len(clusters) > 0 {
		return clusters[0].Properties
	}
	all := slices.DeleteFunc(s.Cloud.Objects(live.InstanceType), func(o simcloud.Object) bool { return o.Properties.Text("replicateSourceDb") != "" })
	require.Len(s.T, all, 1)
	return all[0].Properties
}
