package graph

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"

	"github.com/mosaic-stories/mosaic-database/tests/recorder"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

var writing = []string{"get", "list", "watch", "create", "patch", "delete"}

// granted has the RBAC rules of each group: in the namespaces of the application, and in the whole cluster.
type granted struct {
	inside, everywhere map[string][]rbacv1.PolicyRule
}

// accessReview asks whether a group may use a verb on a kind.
type accessReview struct {
	group, apiGroup, resource, verb string
	anywhere                        bool // in the whole cluster, not only in the namespaces of the application
}

// allows tells whether the rules allow it.
func (g granted) allows(r accessReview) bool {
	rules := g.everywhere[r.group]
	if !r.anywhere {
		rules = slices.Concat(rules, g.inside[r.group])
	}
	return slices.ContainsFunc(rules, func(rule rbacv1.PolicyRule) bool {
		return slices.Contains(rule.APIGroups, r.apiGroup) && slices.Contains(rule.Resources, r.resource) && slices.Contains(rule.Verbs, r.verb)
	})
}

// clusterAccess is what the commands of docs/how-to/pipeline.md grant: where the namespace exists, and where the program creates it.
func clusterAccess(t *testing.T) (bound, own granted) {
	t.Helper()
	tools.Need(t, tools.Bash)
	text, err := os.ReadFile(filepath.Join(root, "docs", "how-to", "pipeline.md"))
	require.NoError(t, err)
	applies := regexp.MustCompile(`(?m)^sed .*policies/cluster-access\.yaml.*$`).FindAllString(string(text), -1)
	binds := regexp.MustCompile(`(?m)^kubectl create clusterrolebinding .*$`).FindAllString(string(text), -1)
	require.Len(t, applies, 2)
	require.Len(t, binds, 1)
	return grantedBy(t, applies[0]), grantedBy(t, applies[1]+"\n"+binds[0])
}

// grantedBy runs the commands with bash and sed, and reads what they would pass to kubectl.
func grantedBy(t *testing.T, commands string) granted {
	t.Helper()
	tools.Commands(t, "cat", "sed")
	cmd := exec.Command(tools.At(t, tools.Bash), "-euc", `kubectl() {
		if [[ "$*" == "apply -f -" ]]; then cat; return; fi
		[[ "$1 $2" == "create clusterrolebinding" && $4 == --clusterrole=* && $5 == --group=* && $# -eq 5 ]]
		printf -- "---\n{kind: ClusterRoleBinding, roleRef: {kind: ClusterRole, name: %s}, subjects: [{kind: Group, name: %s}]}\n" \
			"${4#--clusterrole=}" "${5#--group=}"
	}
	`+commands)
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	roles := map[string][]rbacv1.PolicyRule{}
	var bindings []rbacv1.ClusterRoleBinding
	decoder := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader(out), 4096)
	for {
		var object runtime.RawExtension
		err := decoder.Decode(&object)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		var role rbacv1.ClusterRole
		var binding rbacv1.ClusterRoleBinding // a RoleBinding has the same fields
		require.NoError(t, utilyaml.Unmarshal(object.Raw, &role))
		require.NoError(t, utilyaml.Unmarshal(object.Raw, &binding))
		switch role.Kind {
		case "ClusterRole":
			roles[role.Name] = role.Rules
		case "RoleBinding", "ClusterRoleBinding":
			assert.Equal(t, role.Kind == "RoleBinding", role.Namespace != "", binding.Name)
			bindings = append(bindings, binding)
		default:
			require.Fail(t, "an object of another kind", role.Kind)
		}
	}
	g := granted{map[string][]rbacv1.PolicyRule{}, map[string][]rbacv1.PolicyRule{}}
	for _, binding := range bindings {
		rules, there := roles[binding.RoleRef.Name]
		require.True(t, there, "%s: there is no role %s", binding.Name, binding.RoleRef.Name)
		to := g.everywhere
		if binding.Kind == "RoleBinding" {
			to = g.inside
		}
		for _, subject := range binding.Subjects {
			require.Equal(t, "Group", subject.Kind)
			to[subject.Name] = append(to[subject.Name], rules...)
		}
	}
	require.ElementsMatch(t, []string{"pipeline-preview", "pipeline-deploy", "pipeline-drill", "pipeline-rotate"},
		slices.Compact(slices.Sorted(maps.Keys(g.all()))))
	return g
}

// all has every rule, by group.
func (g granted) all() map[string][]rbacv1.PolicyRule {
	all := maps.Clone(g.inside)
	for group, rules := range g.everywhere {
		all[group] = slices.Concat(all[group], rules)
	}
	return all
}

// TestPreviewOnlyReadsTheCluster: every pull request can run with the preview role, so the role may only read, no secrets, and only
// in the namespaces of the application.
func TestPreviewOnlyReadsTheCluster(t *testing.T) {
	bound, own := clusterAccess(t)
	assert.Empty(t, bound.everywhere["pipeline-preview"])
	for _, g := range []granted{bound, own} {
		for _, rule := range g.all()["pipeline-preview"] {
			assert.Subset(t, []string{"get", "list", "watch"}, rule.Verbs, "%v", rule.Resources)
			assert.Empty(t, rule.NonResourceURLs)
			for _, resource := range rule.Resources {
				assert.NotContains(t, resource, "/", "a log or a shell")
			}
		}
		for group, rules := range g.all() {
			for _, rule := range rules {
				for _, word := range slices.Concat(rule.APIGroups, rule.Resources, rule.Verbs) {
					if group == "pipeline-rotate" && word == "secrets" {
						assert.Equal(t, []string{"get"}, rule.Verbs, "it looks whether those that it knows are renewed")
						continue
					}
					assert.NotContains(t, []string{"*", "secrets", "impersonate", "escalate", "bind", "serviceaccounts/token"}, word, group)
				}
			}
		}
	}
}

// TestClusterAccess: the roles deploy and drill may create every kind that the program creates, and the role preview may read it.
func TestClusterAccess(t *testing.T) {
	bound, own := clusterAccess(t)
	kinds := 0
	for _, v := range variants(t) {
		all := recorder.Up(t, v.stack, v.values).Registrations
		made := map[[2]string]bool{}
		for _, one := range all {
			group, kind, ok := strings.Cut(strings.TrimPrefix(one.Type, "kubernetes:"), ":")
			if !strings.HasPrefix(one.Type, "kubernetes:") || !ok {
				continue
			}
			group, _, _ = strings.Cut(group, "/")
			made[[2]string{strings.TrimSuffix(group, "core"), strings.ReplaceAll(strings.ToLower(kind)+"s", "ys", "ies")}] = true
		}
		kinds += len(made)
		g := bound
		if made[[2]string{"", "namespaces"}] {
			g = own
		}
		for kind := range made {
			everywhere := kind[1] == "namespaces"
			ask := func(group, verb string, anywhere bool) {
				t.Helper()
				r := accessReview{group: group, apiGroup: kind[0], resource: kind[1], verb: verb, anywhere: anywhere}
				assert.True(t, g.allows(r), "%s: refused: %+v", v.name, r)
			}
			for _, verb := range writing {
				ask("pipeline-deploy", verb, everywhere)
				ask("pipeline-drill", verb, true)
			}
			for _, verb := range []string{"get", "list", "watch"} {
				if !everywhere || verb == "get" { // a namespace is read by its name
					ask("pipeline-preview", verb, false)
				}
			}
		}
	}
	assert.Positive(t, kinds)
}
