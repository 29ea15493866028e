package credentials

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// connectionOf is the content of a connection secret: how a login reaches the server, by the pooler where there is one.
func (s *Server) connectionOf(cfg *config.Config, login Login, pooler *Endpoint) pulumi.StringOutput {
	return pulumi.All(s.Endpoint, s.Port, login.Name, login.Password).ApplyT(func(values []any) (string, error) {
		return connectionJSON(connection{
			Host: values[0].(string), Port: values[1].(int), Database: cfg.Database.Name,
			Username: values[2].(string), Password: values[3].(string),
			CaBundlePath: cfg.TLS.CaBundlePath, Pooler: pooler,
		})
	}).(pulumi.StringOutput)
}

// connection is what a client needs to reach the database.
type connection struct {
	Host     string
	Port     int
	Database string
	Username string
	Password string
	// CaBundlePath is the file with the certificates that the server's is checked against; "": no check.
	CaBundlePath string
	// Pooler is where clients connect instead; nil: at the database itself.
	Pooler *Endpoint
}

// Endpoint is where clients reach the database through a pooler.
type Endpoint struct {
	Host  string
	Port  int
	Ready []pulumi.Resource // what has to be there before clients connect
}

// url is the connection as a URL of the scheme, every part encoded, TLS required, and the server's certificate and
// host name checked where there is something to check them against.
func (c connection) url(scheme string) string {
	tls := "sslmode=require"
	if c.CaBundlePath != "" {
		tls = "sslmode=verify-full&sslrootcert=" + escape(c.CaBundlePath)
	}
	return fmt.Sprintf("%s://%s:%s@%s/%s?%s", scheme, escape(c.Username), escape(c.Password),
		net.JoinHostPort(c.Host, strconv.Itoa(c.Port)), escape(c.Database), tls)
}

// escape encodes every reserved character. net/url would leave some of them as they are, the plus among
// them, which clients read in two ways.
func escape(part string) string {
	return strings.ReplaceAll(url.QueryEscape(part), "+", "%20")
}

// connectionJSON is the content of the connection secret. The port is a string, as clients of the
// secret have always read it. With a pooler, what begins with direct_ is the database itself, for what a pooler
// cannot carry: migrations, and IAM users.
func connectionJSON(c connection) (string, error) {
	content := map[string]string{"database": c.Database, "username": c.Username, "password": c.Password}
	c.reachable(content, "")
	if c.Pooler != nil {
		c.reachable(content, "direct_")
		// The pooler's certificate is the cluster's own, which no bundle of RDS has.
		pooled := connection{Host: c.Pooler.Host, Port: c.Pooler.Port, Database: c.Database, Username: c.Username, Password: c.Password}
		pooled.reachable(content, "")
	}
	return encode(content)
}

// reachable adds where the connection leads, under names that begin alike.
func (c connection) reachable(content map[string]string, prefix string) {
	content[prefix+"host"], content[prefix+"port"] = c.Host, strconv.Itoa(c.Port)
	content[prefix+"url"], content[prefix+"sqlalchemy_url"] = c.url("postgresql"), c.url("postgresql+psycopg")
}
