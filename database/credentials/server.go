// Package credentials registers the passwords of the database's logins, the secrets that give them to clients, and the IAM
// role for logins by token.
package credentials

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// Server is what the credentials need to know of the active instance.
type Server struct {
	Resource   pulumi.Resource     // once it is there, the server has its data, and clients can log in
	Endpoint   pulumi.StringOutput // host name
	Port       pulumi.IntOutput
	ResourceID pulumi.StringOutput // such as db-ABC…, or cluster-ABC… with Aurora; IAM policies name the server by it
	// MasterSecretArn is RDS's secret with the master user's password, which Master does not have then; set only where RDS manages it.
	MasterSecretArn pulumi.StringOutput
	// ReplicaResourceIDs are the same of its read replicas; empty with Aurora, whose instances have the cluster's.
	ReplicaResourceIDs pulumi.StringArray
	// RetainedResourceIDs are the same of the retained instances and clusters.
	RetainedResourceIDs pulumi.StringArray
	Master              Login // of the master user
}

// LoginArns are the names that a login has in IAM policies: on the server, on its replicas, and on what a restore retains, which pods use
// until they restart, and to which all of them come back if the run fails.
func (s *Server) LoginArns(cfg *config.Config, login string) pulumi.StringArray {
	arns := pulumi.StringArray{loginArn(cfg, s.ResourceID, login)}
	for _, id := range slices.Concat(s.ReplicaResourceIDs, s.RetainedResourceIDs) {
		arns = append(arns, loginArn(cfg, id, login))
	}
	return arns
}

// loginArn is the name of a login of one server in IAM policies.
func loginArn(cfg *config.Config, resourceID pulumi.StringInput, login string) pulumi.StringOutput {
	return resourceID.ToStringOutput().ApplyT(func(id string) string {
		return fmt.Sprintf("arn:%s:rds-db:%s:%s:dbuser:%s/%s", cfg.Partition(), cfg.Region, cfg.AccountID, id, login)
	}).(pulumi.StringOutput)
}

// Source is the instance, or the cluster, whose data a Job loads into the active one. It has the master user's password, too.
type Source struct {
	Endpoint pulumi.StringOutput // host name
	Username pulumi.StringOutput // of the master user
}

// Login is a role of PostgreSQL that can log in.
type Login struct {
	Name     pulumi.StringInput
	Password pulumi.StringOutput // secret; "": it takes tokens
}

// byToken is a login without a password.
func byToken(name string) Login {
	return Login{Name: pulumi.String(name), Password: pulumi.String("").ToStringOutput()}
}
