// Package credentials registers the passwords of the database's logins, the secrets that give them to clients, and the IAM
// role for logins by token.
package credentials

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Server is what the credentials need to know of the active instance.
type Server struct {
	Resource   pulumi.Resource     // once it is there, the server has its data, and clients can log in
	Endpoint   pulumi.StringOutput // host name
	Port       pulumi.IntOutput
	ResourceID pulumi.StringOutput // such as db-ABC…, or cluster-ABC… with Aurora; IAM policies name the server by it
	Master     Login               // of the master user
	// MasterSecretArn is RDS's secret with the master user's password, which Master does not have then; set only where RDS manages it.
	MasterSecretArn pulumi.StringOutput
}

// Source is the instance, or the cluster, whose data a Job loads into the active one. It has the master user's password, too.
type Source struct {
	Endpoint pulumi.StringOutput // host name
	Username pulumi.StringOutput // of the master user
}

// Login is a role of PostgreSQL that can log in, with its password.
type Login struct {
	Name     pulumi.StringInput
	Password pulumi.StringOutput // secret
}
