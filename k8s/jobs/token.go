package jobs

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
)

// ByToken is how the pod of the migration logs in by token: a role of its own, which may log in as the migrator and may do nothing else.
type ByToken struct {
	Role           manifest.IAMRole
	NamespaceReady []pulumi.Resource // the namespace; empty if this program does not create it
}

// byToken is how the pod logs in by token; nil: it does not.
func (m *Migration) byToken() *ByToken {
	if m.Login == nil {
		return nil
	}
	return m.Login.ByToken
}

// token registers the ServiceAccount that has the role, and returns what the Job waits for.
func (m *Migration) token(w *manifest.Writer) ([]pulumi.Resource, error) {
	by := m.byToken()
	if by == nil {
		return nil, nil
	}
	account, err := w.ServiceAccount(manifest.Reader{ServiceAccount: m.account(), Role: by.Role, NamespaceReady: by.NamespaceReady},
		pulumi.Protect(false), pulumi.RetainOnDelete(false)) // it is deleted with the login
	return []pulumi.Resource{account, by.Role.Permissions}, err
}

// account is the ServiceAccount of the Job's pod.
func (m *Migration) account() string {
	if m.byToken() == nil {
		return ""
	}
	return naming.Migrator(m.Config.App.Name)
}

// egress lets the pod fetch the credentials of its role from STS, whose addresses nobody knows in advance.
func (m *Migration) egress() list {
	if m.byToken() == nil {
		return nil
	}
	return list{object{"ports": manifest.Ports(443, "TCP")}}
}

// tokenEnv is the region that a token is for. What the role needs besides, EKS puts into the pod.
func (m *Migration) tokenEnv() list {
	if m.byToken() == nil {
		return nil
	}
	return list{variable("AWS_REGION", m.Config.Region)}
}
