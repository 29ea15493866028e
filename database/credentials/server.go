// Package credentials makes the passwords of the database, and the secrets and roles by which clients get in.
package credentials

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Server is the database instance, as far as credentials lead to it.
type Server struct {
	Resource   pulumi.Resource
	Endpoint   pulumi.StringOutput // host name
	Port       pulumi.IntOutput
	ResourceID pulumi.StringOutput // by which IAM names the instance
	Master     Login
}

// Login is a user of the database with its password.
type Login struct {
	Name     pulumi.StringInput
	Password pulumi.StringOutput // secret
}

// json is the content of a credentials secret.
func (l Login) json() pulumi.StringOutput {
	return pulumi.All(l.Name, l.Password).ApplyT(func(values []any) (string, error) {
		return encode(map[string]string{"username": values[0].(string), "password": values[1].(string)})
	}).(pulumi.StringOutput)
}
