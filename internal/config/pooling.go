package config

import (
	"fmt"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Pooling is PgBouncer in the cluster, between the applications and the database.
type Pooling struct {
	Enabled              bool
	Image                string // with a tag other than latest, or a digest
	PoolSize             int    // connections to the database, of each pod and login
	MaxClientConnections int    // of each pod
	TLSSecretName        string // Secret of the namespace, of the type kubernetes.io/tls
	Draining             bool   // the pooler is there, and the URLs lead to the database already
}

// Routed tells whether the applications' URLs lead to the pooler.
func (p Pooling) Routed() bool { return p.Enabled && !p.Draining }

const (
	// PoolerReplicas is the number of pods of the pooler.
	PoolerReplicas = 2
	// poolerPods are the pods while they are replaced.
	poolerPods = PoolerReplicas + 1
	// pooledShare is the most of the connections that the pooler may take: the rest is for migrations, people and RDS
	// itself, and for instances that allow fewer than the formula says.
	pooledShare = 80 // percent
)

func (p *Pooling) fields() []field {
	return []field{
		boolean("enabled", &p.Enabled, "Puts PgBouncer between the applications and the database; migrations go past it."),
		text("image", &p.Image, "Image with PgBouncer 1.21 or later.", imageRule()),
		integer("poolSize", &p.PoolSize, "Connections to the database that each of the pods holds for each login.", between(1, 1000)),
		integer("maxClientConnections", &p.MaxClientConnections, "Clients that each of the pods serves.", between(10, 2000)),
		text("tlsSecretName", &p.TLSSecretName, "Secret of the namespace with tls.crt and tls.key, such as cert-manager makes it.", optional(subdomainRule())).
			defaultsTo("none: required with enabled"),
		boolean("draining", &p.Draining, "Leads the URLs past the pooler, which stays for the pods that have not restarted: the step before enabled: false."),
	}
}

// poolerLogins is how many logins use the pooler at a time.
func (c *Config) poolerLogins() int {
	if c.Alternating() {
		return 2
	}
	return 1
}

// pooling holds the pooler to what is there: the cluster, a certificate, and the connections of the database.
func (l *loader) pooling() {
	c := l.config
	p := c.Pooling
	if !p.Enabled {
		if p.Draining {
			l.conflict(p.Draining, "only with enabled: without a pooler nothing is to be drained", "false, or remove the line", "pooling.draining", "pooling.enabled")
		}
		return
	}
	if c.Delivery != DeliveryPulumi {
		l.conflict(p.Enabled, "only with delivery pulumi: this program makes the pooler in the cluster", "false, or delivery: pulumi", "pooling.enabled", "delivery")
	}
	if p.TLSSecretName == "" {
		l.conflict("", "required with pooling: passwords and data do not cross the cluster in the clear",
			"the name of a Secret of the namespace with tls.crt and tls.key", "pooling.tlsSecretName", "pooling.enabled")
	}
	if c.TLS.CaBundlePath != "" && c.TLS.CaBundleConfigMap == "" {
		l.conflict("", "required with pooling and caBundlePath: the pooler's image does not have the application's file, and would talk to a server that it has not checked",
			"the name of a ConfigMap with the bundle", "tls.caBundleConfigMap", "tls.caBundlePath", "pooling.enabled")
	}
	l.pooledConnections()
	l.poolerNames()
}

// pooledConnections leaves room in the database.
func (l *loader) pooledConnections() {
	c := l.config
	class, known := LookupClass(c.Database.InstanceClass)
	if !known || !l.sound("database.parameters", "database.instanceClass", "pooling.poolSize") || l.wrong[ownKey("database.parameters.max_connections")] {
		return
	}
	connections, logins := c.MaxConnections(class), c.poolerLogins()
	most := connections * pooledShare / 100 / (poolerPods * logins)
	if c.Pooling.PoolSize <= most {
		return
	}
	fix := fmt.Sprintf("%d or less, or a larger instanceClass", most)
	if most < 1 {
		fix = "a larger instanceClass, or more max_connections"
	}
	l.add(Problem{
		Key: ownKey("pooling.poolSize"), Value: show(c.Pooling.PoolSize),
		Rule: fmt.Sprintf("times %d pods (two, and one more while they are replaced) times %d %s at most %d %% of the %d connections of %s; it comes to %d of %d",
			poolerPods, logins, plural(logins, "login"), pooledShare, connections, class.Name, c.Pooling.PoolSize*poolerPods*logins, connections*pooledShare/100),
		Fix: fix,
	})
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// poolerNames holds the names that the pooler brings along to their limits, and apart from the applications'.
func (l *loader) poolerNames() {
	c := l.config
	if !l.sound("environment", "app.name") {
		return
	}
	pooler, reader := naming.Pooler(c.App.Name), naming.PoolerReader(c.App.Name)
	l.length("name of the pooler's Service", pooler, 63, "app.name", c.App.Name)
	l.length("name of the pooler's role", naming.SecretsRole(c.Environment, pooler), 64, "environment or app.name", c.Environment)
	if first := c.App.Name[0]; first < 'a' || first > 'z' {
		l.conflict(c.App.Name, "beginning with a letter with pooling: the pooler's Service is named after it (RFC 1035)", "a name such as core-api", "app.name", "pooling.enabled")
	}
	if account := c.App.ServiceAccount; account == pooler || account == reader {
		l.conflict(account, "not the pooler's own", "another one", "app.serviceAccount", "pooling.enabled")
	}
	for _, app := range c.AdditionalApps {
		path := "additionalApps." + app.Name
		if app.Name == pooler {
			l.conflict("", "not the pooler's own name", "another name", path, "pooling.enabled", "additionalApps")
		}
		if app.Namespace == c.App.Namespace && (app.ServiceAccount == pooler || app.ServiceAccount == reader) && app.Name != pooler {
			l.conflict(app.ServiceAccount, "not the pooler's own", "another one", path+".serviceAccount", "pooling.enabled", "additionalApps")
		}
	}
}
