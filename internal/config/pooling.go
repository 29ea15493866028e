package config

import (
	"fmt"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

const (
	// PoolerReplicas is the number of pods of the pooler.
	PoolerReplicas = 2
	// poolerPods are the pods while they are replaced.
	poolerPods = PoolerReplicas + 1
	// pooledShare is the most of the connections that the pooler may take: the rest is for migrations, people and RDS
	// itself, and for instances that allow fewer than the formula says.
	pooledShare = 80 // percent
)

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
			l.conflict(Problem{Key: "pooling.draining", Value: schema.Show(p.Draining),
				Rule: "only with enabled: without a pooler nothing is to be drained",
				Fix:  "false, or remove the line"}, "pooling.enabled")
		}
		return
	}
	if c.Delivery != DeliveryPulumi {
		l.conflict(Problem{Key: "pooling.enabled", Value: schema.Show(p.Enabled),
			Rule: "only with delivery pulumi: this program makes the pooler in the cluster",
			Fix:  "false, or delivery: pulumi"}, "delivery")
	}
	if p.TLSSecretName == "" {
		l.conflict(Problem{Key: "pooling.tlsSecretName",
			Rule: "required with pooling: passwords and data do not cross the cluster in the clear",
			Fix:  "the name of a Secret of the namespace with tls.crt and tls.key"}, "pooling.enabled")
	}
	if c.TLS.CaBundlePath != "" && c.TLS.CaBundleConfigMap == "" {
		l.conflict(Problem{Key: "tls.caBundleConfigMap",
			Rule: "required with pooling and caBundlePath: the pooler's image does not have the application's file, and would talk to a server that it has not checked",
			Fix:  "the name of a ConfigMap with the bundle"}, "tls.caBundlePath", "pooling.enabled")
	}
	l.pooledConnections()
	l.poolerNames()
}

// pooledConnections leaves room in the database.
func (l *loader) pooledConnections() {
	c := l.config
	class, known := c.Database.Class()
	if !known || !l.sound("database.parameters", "database.instanceClass", "pooling.poolSize") || l.wrong[Key("database.parameters.max_connections")] {
		return
	}
	connections, logins := c.MaxConnections(class), c.poolerLogins()
	most := connections * pooledShare / 100 / (poolerPods * logins)
	if c.Pooling.PoolSize <= most {
		return
	}
	larger := "a larger instanceClass"
	if c.Database.Aurora() {
		larger = "a higher maxCapacity"
	}
	fix := fmt.Sprintf("%d or less, or %s", most, larger)
	if most < 1 {
		fix = larger + ", or more max_connections"
	}
	l.add(Problem{
		Key: Key("pooling.poolSize"), Value: schema.Show(c.Pooling.PoolSize),
		Rule: fmt.Sprintf("poolSize × %d pods (two, and one more while they are replaced) × %d %s at most %d %% of the %d connections of %s; it comes to %d, of %d",
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

// poolerNames holds the names that the pooler brings along to their limits.
func (l *loader) poolerNames() {
	c := l.config
	if !l.sound("environment", "app.name") {
		return
	}
	l.length(longName{what: "name of the pooler's role", name: naming.SecretsRole(c.Environment, naming.Pooler(c.App.Name)), most: 64, fields: "environment or app.name", value: c.Environment})
	if first := c.App.Name[0]; first < 'a' || first > 'z' {
		l.conflict(Problem{Key: "app.name", Value: schema.Show(c.App.Name),
			Rule: "beginning with a letter with pooling: the pooler's Service is named after it (RFC 1035)",
			Fix:  "a name such as core-api"}, "pooling.enabled")
	}
}
