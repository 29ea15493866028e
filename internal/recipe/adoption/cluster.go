package adoption

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

// kinds are the kinds of objects in the cluster that this program can make.
func kinds() []string {
	return []string{"serviceaccounts", "secretstores.external-secrets.io", "externalsecrets.external-secrets.io", "jobs.batch"}
}

// objects are the objects in the application's namespace, each with who manages it; or why nobody knows.
func (a *adoption) objects() []string {
	if a.target.Cluster == "" {
		return nil
	}
	if err := a.recipe.Need("kubectl", "see https://kubernetes.io/docs/tasks/tools"); err != nil {
		return []string{"not looked at: kubectl is not installed"}
	}
	kubeconfig := filepath.Join(a.recipe.Scratch, "kubeconfig")
	defer func() { _ = os.Remove(kubeconfig) }()
	login := run.Command("aws", "--region", a.target.Region, "eks", "update-kubeconfig", "--name", a.target.Cluster, "--kubeconfig", kubeconfig)
	if _, stderr, err := a.recipe.Capture(a.ctx, login); err != nil {
		return []string{"not looked at: " + stderr}
	}
	var all []string
	for _, kind := range kinds() {
		text, stderr, err := a.recipe.Capture(a.ctx, run.Command("kubectl", "--kubeconfig", kubeconfig, "--namespace", a.target.Namespace, "get", kind, "--request-timeout", "10s", "--output", "json"))
		switch {
		case err == nil:
			all = append(all, managed(text)...)
		case !strings.Contains(stderr, "the server doesn't have a resource type"):
			all = append(all, "not looked at: "+stderr)
		}
	}
	return all
}

// managed are the objects of a list of Kubernetes, each with who manages it.
func managed(text string) []string {
	var list struct {
		Items []struct {
			Kind     string
			Metadata struct {
				Name                string
				Labels, Annotations map[string]string
			}
		}
	}
	if json.Unmarshal([]byte(text), &list) != nil {
		return nil
	}
	var all []string
	for _, o := range list.Items {
		m, by := o.Metadata, "by nobody who left a label"
		switch {
		case m.Name == "default" && o.Kind == "ServiceAccount": // every namespace has it
			continue
		case m.Annotations["meta.helm.sh/release-name"] != "":
			by = "by the Helm release " + m.Annotations["meta.helm.sh/release-name"]
		case m.Annotations["argocd.argoproj.io/tracking-id"] != "":
			by, _, _ = strings.Cut("by the Argo CD application "+m.Annotations["argocd.argoproj.io/tracking-id"], ":")
		case m.Labels["app.kubernetes.io/managed-by"] != "":
			by = "by " + m.Labels["app.kubernetes.io/managed-by"]
		}
		if o.Kind == "Job" && by == "by pulumi" { // of a stack whose state is lost
			by += "; if it is a migration of this application, delete it before the first up, which cannot take over a Job"
		}
		all = append(all, fmt.Sprintf("%s %s, made %s", o.Kind, m.Name, by))
	}
	slices.Sort(all)
	return all
}
