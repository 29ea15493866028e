package simcloud

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
)

// webIdentity is the caller of AssumeRoleWithWebIdentity.
type webIdentity struct {
	provider string // ARN of the OIDC provider
	issuer   string // of the token, without https://
	subject  string // of the token
}

// trustedBy returns nil if a trust policy allows the identity to assume the role, and otherwise the reason.
func (w webIdentity) trustedBy(policy string) error {
	document, err := parsed(policy)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(document.Statement, w.denied) {
		return fmt.Errorf("the trust policy denies it explicitly")
	}
	why := fmt.Errorf("the trust policy has no statement")
	for _, s := range document.Statement {
		equals, like := s.Condition["StringEquals"], s.Condition["StringLike"]
		switch {
		case s.Effect != iam.Allow || !slices.Contains(s.Action, assumeByToken):
			why = fmt.Errorf("the trust policy does not allow it")
		case !slices.Contains(s.Principal["Federated"], w.provider):
			why = fmt.Errorf("the trust policy names the principal %v, not %s", s.Principal["Federated"], w.provider)
		case len(equals)+len(like) != 2 || len(s.Condition) != min(len(equals), 1)+min(len(like), 1):
			why = fmt.Errorf("the trust policy must compare %s:sub with StringEquals or StringLike and %s:aud with StringEquals, and nothing else", w.issuer, w.issuer)
		case !slices.Contains(equals[w.issuer+":sub"], w.subject) && !isLike(like[w.issuer+":sub"], w.subject):
			why = fmt.Errorf("the trust policy expects %s:sub to be %v, not %s", w.issuer, append(equals[w.issuer+":sub"], like[w.issuer+":sub"]...), w.subject)
		case !slices.Contains(equals[w.issuer+":aud"], "sts.amazonaws.com"):
			why = fmt.Errorf("the trust policy expects %s:aud to be %v, not sts.amazonaws.com", w.issuer, equals[w.issuer+":aud"])
		default:
			return nil
		}
	}
	return why
}

// denied tells whether a statement denies the identity the role.
func (w webIdentity) denied(s iam.Statement) bool {
	_, everyone := s.Principal["*"]
	return s.Effect == iam.Deny && isLike(s.Action, assumeByToken) && (everyone || slices.Contains(s.Principal["Federated"], w.provider)) &&
		meets(s.Condition, map[string]string{w.issuer + ":sub": w.subject, w.issuer + ":aud": "sts.amazonaws.com"})
}

const assumeByToken = "sts:AssumeRoleWithWebIdentity"

// Trusts tells whether a trust policy lets a ServiceAccount of a cluster of us-east-1, namespace:name, assume the role.
func Trusts(policy, cluster, account string) bool {
	issuer := eksCluster{name: cluster}.issuer("us-east-1")
	return webIdentity{"arn:aws:iam::123456789012:oidc-provider/" + issuer, issuer, "system:serviceaccount:" + account}.trustedBy(policy) == nil
}

func (c *Cloud) roleByARN(arn string) *Object {
	return c.find(roleType, func(o *Object) bool { return o.Properties.Text("arn") == arn })
}

// assumeRoleWithWebIdentity is AssumeRoleWithWebIdentity of STS, for a token that is valid.
func (c *Cloud) assumeRoleWithWebIdentity(arn string, identity webIdentity) (*Object, error) {
	role := c.roleByARN(arn)
	why := fmt.Errorf("the role %s does not exist", arn)
	if role != nil {
		why = identity.trustedBy(role.Properties.Text("assumeRolePolicy"))
	}
	if why != nil {
		return nil, notAuthorized("AssumeRoleWithWebIdentity").because(why)
	}
	return role, nil
}

// notAuthorized is how STS refuses a call.
func notAuthorized(action string) *apiError {
	return &apiError{code: "AccessDenied", message: "Not authorized to perform sts:" + action, status: http.StatusForbidden}
}
