package credentials

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/connection"
)

// Endpoint is the address of a connection pooler.
type Endpoint struct {
	Host  string
	Port  int
	Ready []pulumi.Resource // must exist before clients connect
}

// connectionOf returns the content of a connection secret: the login to a database, and the address of the pooler, or of the server
// where pooler is nil.
func (s *Server) connectionOf(cfg *config.Config, database string, login Login, pooler *Endpoint) pulumi.StringOutput {
	return s.content(cfg, login, func(c connection.Connection) (string, error) {
		c.Database = database
		c.CaBundlePath = cfg.TLS.CaBundlePath
		if pooler != nil {
			c.PoolerHost, c.PoolerPort = pooler.Host, pooler.Port
		}
		return encode(c.Content(cfg.RequestedProperties()))
	})
}

// loginOf returns the content of a secret with a login alone, for databases that this program does not know.
func (s *Server) loginOf(login Login) pulumi.StringOutput {
	return pulumi.All(s.Endpoint, s.Port, login.Name, login.Password).ApplyT(func(values []any) (string, error) {
		return encode(map[string]any{"host": values[0], "port": values[1], "username": values[2], "password": values[3]})
	}).(pulumi.StringOutput)
}

// credentialsOf returns the content of the credentials secret: the master user, with what AWS writes into the secret of a database beside
// it, for tools that know secrets by that.
func (s *Server) credentialsOf(cfg *config.Config) pulumi.StringOutput {
	if cfg.Database.ManageMasterUserPassword {
		return s.withoutPassword(cfg)
	}
	return s.content(cfg, s.Master, func(c connection.Connection) (string, error) {
		return encode(map[string]any{
			"username": c.Username, "password": c.Password,
			"engine": connection.Engine, "host": c.Host, "port": c.Port, "dbname": c.Database, "dbInstanceIdentifier": c.Instance,
		})
	})
}

// withoutPassword is the same where RDS manages the password: in its place is the ARN of the secret that has it.
func (s *Server) withoutPassword(cfg *config.Config) pulumi.StringOutput {
	return pulumi.All(s.Endpoint, s.Port, s.Master.Name, s.MasterSecretArn).ApplyT(func(values []any) (string, error) {
		return encode(map[string]any{
			"username": values[2], "masterUserSecretArn": values[3],
			"engine": connection.Engine, "host": values[0], "port": values[1], "dbname": cfg.Database.Name, "dbInstanceIdentifier": cfg.Instance(),
		})
	}).(pulumi.StringOutput)
}

// content returns what is made of the connection to the server, once that is known.
func (s *Server) content(cfg *config.Config, login Login, write func(connection.Connection) (string, error)) pulumi.StringOutput {
	return pulumi.All(s.Endpoint, s.Port, login.Name, login.Password).ApplyT(func(values []any) (string, error) {
		return write(connection.Connection{
			Host: values[0].(string), Port: values[1].(int), Database: cfg.Database.Name, Instance: cfg.Instance(),
			Username: values[2].(string), Password: values[3].(string),
		})
	}).(pulumi.StringOutput)
}
