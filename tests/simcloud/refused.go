package simcloud

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// login opens a connection to a PostgreSQL instance, as libpq would.
func (c *Cloud) login(u *url.URL) error {
	db := c.serverAt(u.Hostname())
	if db == nil {
		return fmt.Errorf("could not translate host name %q to address: Name or service not known", u.Hostname())
	}
	password, _ := u.User.Password()
	switch {
	case u.Port() != fmt.Sprint(int(db.Number("port"))):
		return fmt.Errorf("connection to server at %q, port %s failed: Connection timed out", u.Hostname(), u.Port())
	case u.Query().Get("sslmode") == "":
		return errors.New("TLS is left to chance: neither the URL nor PGSSLMODE says how to connect")
	case u.Query().Get("sslmode") == "disable":
		return fmt.Errorf("FATAL: no pg_hba.conf entry for user %q, database %q, no encryption", u.User.Username(), u.Path[1:])
	case u.Query().Get("sslmode") == "verify-full" && u.Query().Get("sslrootcert") == "":
		return errors.New("root certificate file \"~/.postgresql/root.crt\" does not exist")
	}
	return c.databases().Accept(db, strings.TrimPrefix(u.Path, "/"), u.User.Username(), password)
}

// bootstrap simulates the container that makes the logins.
func (c *Cloud) bootstrap(environment map[string]string) error {
	master := &url.URL{
		Host: environment["PGHOST"] + ":" + environment["PGPORT"], User: url.UserPassword(environment["PGUSER"], environment["PGPASSWORD"]),
		Path: "/" + environment["PGDATABASE"], RawQuery: "sslmode=" + environment["PGSSLMODE"] + "&sslrootcert=" + environment["PGSSLROOTCERT"],
	}
	if err := c.login(master); err != nil {
		return err
	}
	return c.databases().Bootstrap(c.serverAt(master.Hostname()), environment)
}

// Watch sets a function that is called before every operation with what Refused returns at that moment. nil removes it.
func (c *Cloud) Watch(look func(next Operation, refused map[string]string)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.look = look
}

// pooled tells whether a host name is that of a pooler, which leads to the active instance.
func pooled(host string) bool { return strings.HasSuffix(host, ".svc") }

// Refused lists the secrets whose credentials the database refuses, by name, with the reason: the connection secrets and the master
// user's credentials in Secrets Manager, and the Secrets of pods.
func (c *Cloud) Refused() map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refused()
}

// accept is nil if the server takes the login, without a password by a token. The password of a master user may be in RDS's own secret.
func (c *Cloud) accept(server Properties, database, user, password string) error {
	switch {
	case password != "":
		return c.databases().Accept(server, database, user, password)
	case user == server.Text("username") && server.Flag("manageMasterUserPassword"):
		return nil
	default:
		return c.refusesTokens(server, user)
	}
}

func (c *Cloud) refused() map[string]string {
	why := map[string]string{}
	try := func(name string, fields map[string]string) {
		host, user, password := fields["host"], fields["username"], fields["password"]
		if user == "" {
			return
		}
		servers := c.servers(func(p Properties) bool { return host == "" || pooled(host) || p.Text("address") == host })
		refusal := fmt.Errorf("could not translate host name %q to address: Name or service not known", host)
		for _, server := range servers {
			if refusal = c.accept(server, fields["database"], user, password); refusal == nil {
				return
			}
		}
		why[name] = refusal.Error()
	}
	for _, version := range c.all(secretVersionType, func(o *Object) bool { return slices.Contains(o.Properties.Texts("versionStages"), "AWSCURRENT") }) {
		var fields struct{ Host, Database, Username, Password string }
		if json.Unmarshal([]byte(version.Properties.Text("secretString")), &fields) == nil {
			try(c.get(secretType, version.Properties.Text("arn")).Properties.Text("name"),
				map[string]string{"host": fields.Host, "database": fields.Database, "username": fields.Username, "password": fields.Password})
		}
	}
	for _, secret := range c.list(kubeSecretType) {
		data := secret.decoded()
		try(secret.ID, map[string]string{"host": data["DB_HOST"], "database": data["DB_NAME"], "username": data["DB_USER"], "password": data["DB_PASSWORD"]})
	}
	return why
}
