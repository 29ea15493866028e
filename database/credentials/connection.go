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

// connectionOf returns the content of a connection secret: the login, and the address of the pooler, or of the server where
// pooler is nil.
func (s *Server) connectionOf(cfg *config.Config, login Login, pooler *Endpoint) pulumi.StringOutput {
	return pulumi.All(s.Endpoint, s.Port, login.Name, login.Password).ApplyT(func(values []any) (string, error) {
		return connectionJSON(connection{
			Host: values[0].(string), Port: values[1].(int), Database: cfg.Database.Name,
			Username: values[2].(string), Password: values[3].(string),
			CaBundlePath: cfg.TLS.CaBundlePath, Pooler: pooler,
		})
	}).(pulumi.StringOutput)
}

// connection is what a client needs to connect to the database.
type connection struct {
	Host     string // of the database itself
	Port     int
	Database string
	Username string
	Password string
	// CaBundlePath is the path of the CA bundle in the client's file system; "": clients do not verify the certificate.
	CaBundlePath string
	// Pooler is where clients connect; nil: they connect to the database.
	Pooler *Endpoint
}

// Endpoint is the address of a connection pooler.
type Endpoint struct {
	Host  string
	Port  int
	Ready []pulumi.Resource // must exist before clients connect
}

// url returns the connection as a URL with the scheme. Every part is percent-encoded. TLS is required; with a CA bundle, the
// client also verifies the server's certificate and host name.
func (c connection) url(scheme string) string {
	tls := "sslmode=require"
	if c.CaBundlePath != "" {
		tls = "sslmode=verify-full&sslrootcert=" + escape(c.CaBundlePath)
	}
	return fmt.Sprintf("%s://%s:%s@%s/%s?%s", scheme, escape(c.Username), escape(c.Password),
		net.JoinHostPort(c.Host, strconv.Itoa(c.Port)), escape(c.Database), tls)
}

// escape percent-encodes every reserved character. The other functions of net/url leave some of them as they are, such as
// the plus sign, which some clients read as a space.
func escape(part string) string {
	return strings.ReplaceAll(url.QueryEscape(part), "+", "%20")
}

// connectionJSON encodes the content of a connection secret. The port is a string, because the clients of the secret
// expect one. With a pooler, the properties that begin with direct_ lead to the database itself, for migrations and IAM
// users, which cannot use the pooler.
func connectionJSON(c connection) (string, error) {
	content := map[string]string{"database": c.Database, "username": c.Username, "password": c.Password}
	c.addAddress(content, "")
	if c.Pooler != nil {
		c.addAddress(content, "direct_")
		// Without a CA bundle: the pooler's certificate is not from the CA of RDS.
		pooled := connection{Host: c.Pooler.Host, Port: c.Pooler.Port, Database: c.Database, Username: c.Username, Password: c.Password}
		pooled.addAddress(content, "")
	}
	return encode(content)
}

// addAddress adds host, port and URLs of the connection. Their names begin with prefix.
func (c connection) addAddress(content map[string]string, prefix string) {
	content[prefix+"host"], content[prefix+"port"] = c.Host, strconv.Itoa(c.Port)
	content[prefix+"url"], content[prefix+"sqlalchemy_url"] = c.url("postgresql"), c.url("postgresql+psycopg")
}
