package simcloud

import (
	"fmt"
	"net/url"

	batchv1 "k8s.io/api/batch/v1"
)

// byToken is what logins have in place of a verifier, if they log in by token.
const byToken = "by token"

// loginByToken logs in a container of a Job that has no password, as its program does: with a token of the role of its ServiceAccount, for
// which it asks STS. What a token has to be, other tests see on a real PostgreSQL.
func (c *cluster) loginByToken(job *batchv1.Job, u *url.URL) error {
	account := c.get(serviceAccountType, job.Namespace+"/"+job.Spec.Template.Spec.ServiceAccountName)
	if account == nil || account.annotation("eks.amazonaws.com/role-arn") == "" {
		return fmt.Errorf("NoCredentialsError: Unable to locate credentials")
	}
	arn := account.annotation("eks.amazonaws.com/role-arn")
	if err := c.reach(job, &url.URL{Host: "sts." + c.region() + ".amazonaws.com:443"}); err != nil {
		return err
	}
	issuer := eksCluster{name: c.name}.issuer(c.region())
	role, err := c.cloud.assumeRoleWithWebIdentity(arn, webIdentity{
		fmt.Sprintf("arn:aws:iam::%s:oidc-provider/%s", accountOf(arn), issuer), issuer,
		"system:serviceaccount:" + job.Namespace + ":" + job.Spec.Template.Spec.ServiceAccountName,
	})
	if err != nil {
		return fmt.Errorf("AssumeRoleWithWebIdentity: %w", err)
	}
	server, user := c.cloud.serverAt(u.Hostname()), u.User.Username()
	if !c.cloud.maySignIn(role, server, user) {
		return fmt.Errorf("FATAL: PAM authentication failed for user %q", user) // RDS's own, whatever the reason
	}
	return nil
}
