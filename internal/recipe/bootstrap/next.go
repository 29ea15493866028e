package bootstrap

import (
	"fmt"

	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
)

// sayNextSteps prints the commands that the user has to run next.
func (a *account) sayNextSteps() {
	in := ""
	if a.target.Cluster != "" {
		in = " " + a.target.Cluster
	}
	a.Say(`everything is made. Now run these commands once, the first one in the cluster%s:
  %s
  pulumi login '%s'
  pulumi stack init %s --secrets-provider 'awskms://%s?region=%s'%s`,
		in, a.access(), a.target.Backend(), a.stack, a.target.Key(), a.target.Region, a.boundary())
	if a.options.ApprovePreviews {
		a.Say("in the repository's settings, make an environment %[1]s-preview with reviewers, and add %[1]s to the variable APPROVED_PREVIEWS", a.stack)
	}
}

// boundary is the command that puts the boundary into the stack file; "" if the file has one of its own.
func (a *account) boundary() string {
	if !a.target.HasOwnBoundary() {
		return ""
	}
	return "\n  pulumi config set --stack " + a.stack + " --path mosaic-database:permissionsBoundary " + pipeline.Boundary
}

// access is the command that gives the groups of the roles their permissions in the cluster.
func (a *account) access() string {
	if a.target.OwnNamespace { // the namespace does not exist yet, so a RoleBinding cannot be created in it
		return `sed -e 's/kind: RoleBinding/kind: ClusterRoleBinding/' -e '/namespace: NAMESPACE/d' policies/cluster-access.yaml | kubectl apply -f -
  kubectl create clusterrolebinding mosaic-database-namespaces --clusterrole=mosaic-database-namespaces --group=pipeline-deploy`
	}
	return fmt.Sprintf(`sed 's/NAMESPACE/%s/' policies/cluster-access.yaml | kubectl apply -f -`, a.target.Namespace)
}
