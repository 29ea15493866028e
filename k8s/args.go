// Package k8s provisions the Kubernetes half: the ServiceAccount with its IAM role, the SecretStore and
// the ExternalSecret that bring the database's credentials into the cluster (External Secrets Operator),
// the Job that makes the database's logins the one that migrates the schema, and the connection pooler.
//
// It reads no configuration and imports no other package of the program but the one that makes names.
package k8s

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Args describes the objects. What they are called and what they run is plain Go; only what another
// resource produces is an Input.
type Args struct {
	// App is the name of the application, such as "core-api"; the objects are named after it.
	App string
	// Namespace of all objects; it has to be there.
	Namespace string
	// NamespaceReady is what makes the namespace, where something of the program does.
	NamespaceReady []pulumi.Resource
	// Qualifier begins the Pulumi names of the objects, so that one program can have several of the component; "": none.
	Qualifier string
	// ServiceAccount is the name of the account that assumes the role.
	ServiceAccount string
	// RoleArn is the role of the service account.
	RoleArn pulumi.StringInput
	// RoleReady is what has to exist before the role can read the secret; an ARN does not carry its policy.
	RoleReady []pulumi.Resource
	// Region of the secret, such as "us-east-1".
	Region string
	// Source is the connection secret, and the Secret that pods read. Its SecretStore is made, one per ServiceAccount.
	Source
	// Migration is run once per revision; nil runs none.
	Migration *Migration
}

// Migration is what the Job runs.
type Migration struct {
	Image   string   // with a tag other than latest, or a digest
	Command []string // such as alembic upgrade head
	// Database identifies what is migrated, such as "mosaic-prod-db/mosaic"; another one is another revision.
	Database string
	// Attempt is part of the revision: another number runs the same image once more.
	Attempt int
	// DeadlineSeconds ends the Job, with all its retries.
	DeadlineSeconds int
	// BackoffLimit is the number of retries, 0 or more.
	BackoffLimit int
	CPU          string // request and limit, a Kubernetes quantity
	Memory       string // request and limit, a Kubernetes quantity
	// DatabaseCidrs and DatabasePort are where the database is: all that the pod may reach, beside DNS.
	DatabaseCidrs []string
	DatabasePort  int
	// LockTimeoutSeconds is how long a statement waits for a lock, StatementTimeoutSeconds how long it may run;
	// 0: without end. By PGOPTIONS, which clients built on libpq take, such as psycopg.
	LockTimeoutSeconds      int
	StatementTimeoutSeconds int
	// CaBundle is mounted where its ConfigMap is given.
	CaBundle CaBundle
	// Login is the migrator's connection secret, whose SecretStore is there; nil: the application's.
	Login *Source
	// LoginReady is what has to exist before that store can read it.
	LoginReady []pulumi.Resource
}

// CaBundle is the certificates that the server's certificate is checked against.
type CaBundle struct {
	// Path is the file's, in the container, where the URL's sslrootcert has it.
	Path string
	// ConfigMap holds it, under the last part of Path; "": the image has it at Path.
	ConfigMap string
}

func (a *Args) check() error {
	var problems []error
	for _, field := range []struct{ name, value string }{
		{"App", a.App}, {"Namespace", a.Namespace}, {"ServiceAccount", a.ServiceAccount}, {"SecretStore", a.SecretStore}, {"Region", a.Region},
		{"RemoteSecret", a.RemoteSecret}, {"SecretName", a.SecretName},
	} {
		if field.value == "" {
			problems = append(problems, fmt.Errorf("k8s: %s is empty", field.name))
		}
	}
	if a.RoleArn == nil || a.RemoteVersion == nil {
		problems = append(problems, errors.New("k8s: RoleArn and RemoteVersion are needed"))
	}
	if m := a.Migration; m != nil && (m.Image == "" || len(m.Command) == 0 || m.DeadlineSeconds <= 0 ||
		len(m.DatabaseCidrs) == 0 || m.DatabasePort <= 0) {
		problems = append(problems, errors.New("k8s: Migration needs Image, Command, DeadlineSeconds, DatabaseCidrs and DatabasePort"))
	}
	if m := a.Migration; m != nil && m.Login != nil && !m.Login.complete() {
		problems = append(problems, errors.New("k8s: Migration.Login needs all of its fields"))
	}
	if m := a.Migration; m != nil && m.CaBundle.ConfigMap != "" && m.CaBundle.Path == "" {
		problems = append(problems, errors.New("k8s: CaBundle.ConfigMap needs CaBundle.Path"))
	}
	return errors.Join(problems...)
}
