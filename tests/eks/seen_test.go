package eks

import (
	"context"
	"os/exec"
	"strings"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud/kube"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// list lists the objects of a kind in the namespace, as the administrator sees them.
func (s *stack) list(kind schema.GroupVersionKind) []kube.Object {
	s.T.Helper()
	client, err := kube.Connect(s.cluster.As(Admin))
	require.NoError(s.T, err)
	all, err := client.List(context.Background(), kind, s.namespace)
	require.NoError(s.T, err)
	return all
}

// kubectl runs kubectl in the namespace, and returns what it prints.
func (s *stack) kubectl(as User, input string, args ...string) (string, error) {
	s.T.Helper()
	cmd := exec.CommandContext(context.Background(), tools.At(s.T, tools.Kubectl), append([]string{
		"--kubeconfig", s.cluster.Kubeconfig(as), "--namespace", s.namespace, "--cache-dir", s.T.TempDir(),
	}, args...)...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// mustKubectl is kubectl as the administrator, or a tool with as many permissions.
func (s *stack) mustKubectl(input string, args ...string) string {
	s.T.Helper()
	out, err := s.kubectl(Admin, input, args...)
	require.NoError(s.T, err, out)
	return out
}

// image is the name of an image of the application that this test alone has.
func (s *stack) image(tag string) string { return "mosaic-life/core-api:" + s.namespace + "-" + tag }

func (s *stack) push(tag string, image Image) {
	s.T.Helper()
	require.NoError(s.T, s.cluster.Push(s.image(tag), image))
}
