package bootstrap

import (
	"fmt"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
)

// role is a role of the pipeline.
type role struct {
	name    string // preview, deploy, drill or rotate
	trust   string // the trust policy, a document of the folder policies
	seconds string // the longest session
}

const approvedPreviews = "trust-preview-approved"

// roles are the roles of the pipeline, with what the options say of previews.
func (a *account) roles() []role {
	previews := "trust-preview"
	if a.options.ApprovePreviews {
		previews = approvedPreviews
	}
	return []role{{"preview", previews, "3600"}, {"deploy", "trust-deploy", "14400"}, {"drill", "trust-drill", "14400"}, {"rotate", "trust-rotate", "3600"}}
}

// makeRoles creates the roles of the pipeline, with their policies and their groups in the cluster.
func (a *account) makeRoles() {
	for _, r := range a.roles() {
		name := a.target.RoleName(r.name)
		a.makeRole(name, r)
		for _, document := range pipeline.Roles()[r.name] {
			a.attach(name, a.policy(r, document))
		}
		if a.target.Cluster != "" {
			a.admit(r)
		}
	}
}

// policy is the managed policy of a role with a document.
func (a *account) policy(r role, document string) managedPolicy {
	environment := a.environment(r, document)
	return managedPolicy{name: "mosaic-" + environment + "-pipeline-" + document, document: document, environment: environment}
}

// environment is the environment that a policy of a role is for. A drill deploys an environment of its own; only its policy "drill"
// is for the environment whose backups it restores.
func (a *account) environment(r role, document string) string {
	if r.name == "drill" && document != "drill" {
		return a.target.Environment + "-drill"
	}
	return a.target.Environment
}

// makeRole creates a role, or brings its trust policy up to date.
func (a *account) makeRole(name string, r role) {
	missing, present := a.Missing("iam", "get-role", "--role-name", name)
	// Previews that have to wait for an approval still do, unless --open-previews is given.
	if !a.options.OpenPreviews && strings.Contains(present, ":environment:"+a.target.Environment+"-preview") {
		r.trust = approvedPreviews
	}
	trust := a.File("trust.json", a.filled(r.trust, a.target.Environment))
	if arn := a.target.Role(r.name); a.Err == nil && !missing && !strings.Contains(present, arn) {
		a.Err = fmt.Errorf("the role %s exists under another path than %s, which the stack file asks for, and a role cannot move\n  "+
			"write rolePath as it was; or delete the role, and run this again to make it: until then the pipeline cannot use it", name, arn)
	}
	if missing {
		a.Run("iam", "create-role", "--role-name", name, "--path", a.target.RolePath, "--max-session-duration", r.seconds, "--assume-role-policy-document", trust)
		a.Say("created the role %s", name)
		return
	}
	a.Run("iam", "update-assume-role-policy", "--role-name", name, "--policy-document", trust)
	a.Run("iam", "update-role", "--role-name", name, "--max-session-duration", r.seconds)
}

// attach creates a policy, and attaches it to a role.
func (a *account) attach(roleName string, policy managedPolicy) {
	a.makePolicy(policy)
	a.Run("iam", "attach-role-policy", "--role-name", roleName, "--policy-arn", a.arn("policy/"+policy.name))
}

// admit creates the EKS access entry of a role, which puts it into its group in the cluster.
func (a *account) admit(r role) {
	entry := []string{"--cluster-name", a.target.Cluster, "--principal-arn", a.target.Role(r.name)}
	if missing, _ := a.Missing(append([]string{"eks", "describe-access-entry"}, entry...)...); missing {
		a.Run(append(append([]string{"eks", "create-access-entry"}, entry...), "--kubernetes-groups", "pipeline-"+r.name)...)
	}
}
