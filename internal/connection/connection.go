// Package connection is how the way to the database is written: the properties of a connection secret, and the entries of a Kubernetes
// Secret that are made from them.
//
// URLs have no query, because clients do not agree on one: asyncpg fails on sslmode, Alembic's set_main_option on a percent sign. What
// TLS is to be stands beside them, where libpq and asyncpg look for it.
package connection

import (
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Connection is what a client needs to connect to the database.
type Connection struct {
	Host     string // of the database itself
	Port     int
	Database string
	Username string
	Password string // "": the login takes tokens
	Instance string // identifier of the RDS instance
	// CaBundlePath is the path of the CA bundle in the client's file system; "": clients do not verify the certificate.
	CaBundlePath string
	// PoolerHost and PoolerPort are where clients connect; "": they connect to the database.
	PoolerHost string
	PoolerPort int
}

// direct is the prefix of the properties that lead to the database itself, past a pooler.
const direct = "direct_"

// Content returns the properties of a connection secret: those that it always has, and the requested ones. With a pooler, those that
// begin with direct_ lead to the database itself, for migrations and IAM users, which cannot use the pooler.
func (c Connection) Content(requested []string) map[string]string {
	content := map[string]string{}
	put := func(name, value string) {
		if value != "" {
			content[name] = value
		}
	}
	for _, p := range Properties() {
		if p.OnRequest && !slices.Contains(requested, p.Name) {
			continue
		}
		put(p.Name, p.value(c.forClients()))
		if p.ofAddress && c.PoolerHost != "" {
			put(direct+p.Name, p.value(c))
		}
	}
	return content
}

// forClients returns the connection that clients use. To a pooler, it has no CA bundle: the pooler's certificate is not from the CA
// of RDS.
func (c Connection) forClients() Connection {
	if c.PoolerHost != "" {
		c.Host, c.Port, c.CaBundlePath = c.PoolerHost, c.PoolerPort, ""
	}
	return c
}

// sslmode is libpq's name for what TLS is to be: encrypted, and with a CA bundle the server's certificate and host name are right.
func (c Connection) sslmode() string {
	if c.CaBundlePath != "" {
		return "verify-full"
	}
	return "require"
}

// url returns the connection as a URL with the scheme. Every part is percent-encoded.
func (c Connection) url(scheme string) string {
	login := escape(c.Username)
	if c.Password != "" {
		login += ":" + escape(c.Password)
	}
	return scheme + "://" + login + "@" + c.address()
}

// address is host, port and database, as URLs end with them.
func (c Connection) address() string {
	return net.JoinHostPort(c.Host, strconv.Itoa(c.Port)) + "/" + escape(c.Database)
}

// query is what TLS is to be as libpq's query of a URL.
func (c Connection) query() string {
	query := "?sslmode=" + c.sslmode()
	if c.CaBundlePath != "" {
		query += "&sslrootcert=" + escape(c.CaBundlePath)
	}
	return query
}

// escape percent-encodes every reserved character. The other functions of net/url leave some of them as they are, such as
// the plus sign, which some clients read as a space.
func escape(part string) string {
	return strings.ReplaceAll(url.QueryEscape(part), "+", "%20")
}
