package simcloud

import (
	"cmp"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// Logins is the kind of the PostgreSQL logins other than the master user. Its id is that of the instance, the snapshot or the retained
// backups; its properties are the verifiers, by login.
const Logins = "PostgreSQL logins"

// lastNumber is the property of Logins with the instance and the password number of the last bootstrap.
const lastNumber = "written down"

// ownDatabase, and then a name, is the property of Logins of a database of one application alone, and of each login to one.
const ownDatabase = "own database "

// logins are the databases of which nothing is there but the logins, as objects of the cloud.
type logins struct{ cloud *Cloud }

func (l logins) Create(instance Properties, origin string) (string, error) {
	if instance.Text("replicateSourceDb") == "" {
		l.inherit(origin, instance.Text("resourceId"))
	}
	return instance.Text("address"), nil
}

func (logins) Modify(_, _ Properties) error { return nil }
func (logins) Delete(Properties) error      { return nil }

func (l logins) Snapshot(instance Properties, snapshot string) error {
	l.inherit(instance.Text("resourceId"), snapshot)
	return nil
}

// inherit copies the logins to an instance or a backup from what it is created from.
func (l logins) inherit(from, to string) {
	source := l.cloud.get(Logins, from)
	if source == nil {
		delete(l.cloud.objects, key{kind: Logins, id: to}) // of a deleted instance with the same name
		return
	}
	l.cloud.put(&Object{Kind: Logins, ID: to, Properties: source.Properties.clone()})
}

func (l logins) Accept(instance Properties, database, user, password string) error {
	known, main := Properties{}, instance.Text("dbName")
	if l := l.cloud.get(Logins, instance.Text("resourceId")); l != nil {
		known = l.Properties
	}
	isMaster, database := user == instance.Text("username"), cmp.Or(database, main)
	switch own := known.Text(ownDatabase + user); {
	case isMaster && password != instance.Text("password"), !isMaster && !verified(password, known.Text(user)):
		return fmt.Errorf("FATAL: password authentication failed for user %q", user)
	case database != main && known[ownDatabase+database] == nil:
		return fmt.Errorf("FATAL: database %q does not exist", database)
	case !isMaster && database != cmp.Or(own, main):
		return fmt.Errorf("FATAL: permission denied for database %q", database)
	default:
		return nil
	}
}

// Bootstrap simulates the container that gets verifiers: psql with the program's statements, which other tests run on a real PostgreSQL.
// It does all or nothing.
func (l logins) Bootstrap(instance Properties, environment map[string]string) error {
	id, known := instance.Text("resourceId"), Properties{}
	if before := l.cloud.get(Logins, id); before != nil {
		known = before.Properties.clone()
	}
	name, number := environment["INSTANCE"], environment["PASSWORD_VERSION"]
	applied, same := strings.CutPrefix(known.Text(lastNumber), name+" ")
	was, _ := strconv.Atoi(applied)
	if now, err := strconv.Atoi(number); err != nil || same && was > now {
		return fmt.Errorf("ERROR: the logins of %s have passwordVersion %s already, and with %s the login that clients use would change; "+
			"write database.passwordVersion: %s", name, applied, number, applied)
	}
	known[lastNumber] = name + " " + number
	own := environment["OWN_DATABASE"]
	if own != "" {
		known[ownDatabase+own] = own
	}
	for variable, verifier := range environment {
		if of, ok := strings.CutPrefix(variable, "VERIFIER_"); ok {
			known[environment["LOGIN_"+of]] = verifier
			if own != "" {
				known[ownDatabase+environment["LOGIN_"+of]] = own
			}
		}
	}
	if environment["CLIENTS_BY_TOKEN"] == "true" {
		known[environment["LOGIN_APP_IAM"]], known[environment["LOGIN_MIGRATOR_IAM"]] = byToken, byToken
	}
	l.cloud.put(&Object{Kind: Logins, ID: id, Properties: known})
	return nil
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
