package simcloud

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Logins is the kind of the PostgreSQL logins other than the master user. Its id is that of the instance, the snapshot or the retained
// backups; its properties are the verifiers, by login.
const Logins = "PostgreSQL logins"

// lastNumber is the property of Logins with the instance and the password number of the last bootstrap.
const lastNumber = "written down"

// inheritLogins copies the logins to an instance or a backup from what it is created from.
func (c *Cloud) inheritLogins(from, to string) {
	source := c.get(Logins, from)
	if source == nil {
		delete(c.objects, key{kind: Logins, id: to}) // of a deleted instance with the same name
		return
	}
	c.put(&Object{Kind: Logins, ID: to, Properties: source.Properties.clone()})
}

// bootstrap simulates the container that gets verifiers: psql with the program's statements, which other tests run on a real PostgreSQL.
// It is one transaction, so it does all or nothing.
func (c *Cloud) bootstrap(environment map[string]string) error {
	master := &url.URL{
		Host: environment["PGHOST"] + ":" + environment["PGPORT"], User: url.UserPassword(environment["PGUSER"], environment["PGPASSWORD"]),
		Path: "/" + environment["PGDATABASE"], RawQuery: "sslmode=" + environment["PGSSLMODE"] + "&sslrootcert=" + environment["PGSSLROOTCERT"],
	}
	if err := c.login(master); err != nil {
		return err
	}
	instance := c.instanceAt(master.Hostname())
	known := Properties{}
	if before := c.get(Logins, instance.ID); before != nil {
		known = before.Properties.clone()
	}
	name, number := environment["INSTANCE"], environment["PASSWORD_VERSION"]
	applied, same := strings.CutPrefix(known.Text(lastNumber), name+" ")
	was, _ := strconv.Atoi(applied)
	if now, err := strconv.Atoi(number); err != nil || same && was > now {
		return fmt.Errorf("ERROR: the logins of %s have passwordVersion %s already, and %s would change one that is in use; "+
			"write database.passwordVersion: %s", name, applied, number, applied)
	}
	known[lastNumber] = name + " " + number
	for variable, verifier := range environment {
		if of, ok := strings.CutPrefix(variable, "VERIFIER_"); ok {
			known[environment["LOGIN_"+of]] = verifier
		}
	}
	c.put(&Object{Kind: Logins, ID: instance.ID, Properties: known})
	return nil
}

func (c *Cloud) instanceAt(address string) *Object {
	return c.find(instanceType, func(o *Object) bool { return o.Properties.Text("address") == address })
}

// knows tells whether the instance accepts the password of the user.
func (c *Cloud) knows(instance *Object, user, password string) bool {
	if user == instance.Properties.Text("username") {
		return password == instance.Properties.Text("password")
	}
	logins := c.get(Logins, instance.ID)
	return logins != nil && verified(password, logins.Properties.Text(user))
}

// verified checks a password against a SCRAM verifier (RFC 5802).
func verified(password, verifier string) bool {
	fields := strings.FieldsFunc(verifier, func(r rune) bool { return r == '$' || r == ':' })
	if len(fields) != 5 || fields[0] != "SCRAM-SHA-256" {
		return false
	}
	iterations, _ := strconv.Atoi(fields[1])
	salt, _ := base64.StdEncoding.DecodeString(fields[2])
	salted, err := pbkdf2.Key(sha256.New, password, salt, max(iterations, 1), sha256.Size)
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, salted)
	mac.Write([]byte("Client Key"))
	stored := sha256.Sum256(mac.Sum(nil))
	return base64.StdEncoding.EncodeToString(stored[:]) == fields[3]
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

func (c *Cloud) refused() map[string]string {
	why := map[string]string{}
	try := func(name string, fields map[string]string) {
		host, user, password := fields["host"], fields["username"], fields["password"]
		if user == "" || password == "" {
			return
		}
		instances := c.all(instanceType, func(o *Object) bool { return host == "" || pooled(host) || o.Properties.Text("address") == host })
		if !slices.ContainsFunc(instances, func(o *Object) bool { return c.knows(o, user, password) }) {
			why[name] = fmt.Sprintf("FATAL: password authentication failed for user %q", user)
		}
	}
	for _, version := range c.all(secretVersionType, func(o *Object) bool { return slices.Contains(o.Properties.Texts("versionStages"), "AWSCURRENT") }) {
		var fields struct{ Host, Username, Password string }
		if json.Unmarshal([]byte(version.Properties.Text("secretString")), &fields) == nil {
			try(c.secret(version.Properties.Text("arn")).Properties.Text("name"),
				map[string]string{"host": fields.Host, "username": fields.Username, "password": fields.Password})
		}
	}
	for _, secret := range c.all(kubeSecretType, nil) {
		data, err := (&cluster{cloud: c, name: secret.Cluster}).data(kubeSecretType, strings.Split(secret.ID, "/")[0], strings.Split(secret.ID, "/")[1], nil)
		if err == nil {
			try(secret.ID, map[string]string{"host": data["DB_HOST"], "username": data["DB_USER"], "password": data["DB_PASSWORD"]})
		}
	}
	return maps.Clone(why)
}
