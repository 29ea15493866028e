package pgbouncer

import (
	"fmt"
	"path"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
)

// Paths in the pod.
const (
	settingsDir = "/etc/pgbouncer"
	loginsDir   = "/etc/pgbouncer-logins"
	tlsDir      = "/etc/pgbouncer-tls"

	settingsFile = "pgbouncer.ini"
	userlistFile = "userlist.txt"
)

// ini returns PgBouncer's configuration file for a database at host and port. It has no secrets.
func ini(cfg *config.Config, host string, port int) string {
	server := "server_tls_sslmode = require\n"
	if cfg.TLS.CaBundleConfigMap != "" {
		server = "server_tls_sslmode = verify-full\nserver_tls_ca_file = " + cfg.TLS.CaBundlePath + "\n"
	}
	return strings.Join([]string{
		"[databases]",
		fmt.Sprintf("%s = host=%s port=%d dbname=%s", cfg.Database.Name, host, port, cfg.Database.Name),
		"",
		"[pgbouncer]",
		"listen_addr = *",
		fmt.Sprintf("listen_port = %d", Port),
		"; No socket and no administrators: nobody has a way to the console.",
		"unix_socket_dir =",
		"admin_users =",
		"stats_users =",
		"",
		"auth_type = scram-sha-256",
		"auth_file = " + path.Join(loginsDir, userlistFile),
		"client_tls_sslmode = require",
		"client_tls_cert_file = " + path.Join(tlsDir, "tls.crt"),
		"client_tls_key_file = " + path.Join(tlsDir, "tls.key"),
		server,
		"; A connection to the database is a client's for one transaction.",
		"pool_mode = transaction",
		fmt.Sprintf("default_pool_size = %d", cfg.Pooling.PoolSize),
		fmt.Sprintf("max_client_conn = %d", cfg.Pooling.MaxClientConnections),
		"; Clients such as psycopg prepare what they run often; PgBouncer prepares it again where it is missing.",
		"max_prepared_statements = 200",
		"; Some drivers send it. Nothing else is ignored: an option that was dropped in silence, such as search_path, would",
		"; let a client read and write elsewhere.",
		"ignore_startup_parameters = extra_float_digits",
		"",
		"; A client hears soon that there is no connection for it, and that its transaction was forgotten.",
		"query_wait_timeout = 30",
		"idle_transaction_timeout = 300",
		"; After a failover the name has another address, and old connections answer nothing.",
		"server_connect_timeout = 10",
		"server_login_retry = 2",
		"server_lifetime = 1800",
		"server_idle_timeout = 300",
		"dns_max_ttl = 5",
		"tcp_keepalive = 1",
		"tcp_keepidle = 30",
		"tcp_keepintvl = 10",
		"tcp_keepcnt = 3",
		"",
		"; What ends is logged with its reason, also a connection to the database that failed; what begins is not.",
		"log_connections = 0",
		"",
	}, "\n")
}

// configMap is the ConfigMap with the configuration file.
type configMap struct {
	name     pulumi.StringInput // has a hash of the content
	resource pulumi.Resource
}

// settings registers the ConfigMap. It is immutable: a new content has a new name, which causes a rollout of the Deployment,
// and the old ConfigMap is deleted after that. It depends on the account, which depends on the namespace.
func (b *poolerBuilder) settings(account pulumi.Resource) (*configMap, error) {
	content := pulumi.All(b.args.Host, b.args.Port).ApplyT(func(values []any) string {
		return ini(b.args.Config, values[0].(string), values[1].(int))
	}).(pulumi.StringOutput)
	name := content.ApplyT(func(content string) string { return b.name + "-" + manifest.Digest(content) }).(pulumi.StringOutput)
	resource, err := b.Register(b.name, object{
		"apiVersion": "v1",
		"kind":       "ConfigMap",
		"metadata":   b.metadata(name),
		"immutable":  true,
		"data":       object{settingsFile: content},
	}, pulumi.DependsOn([]pulumi.Resource{account}))
	if err != nil {
		return nil, fmt.Errorf("registering the settings of %s: %w", b.name, err)
	}
	return &configMap{name, resource}, nil
}
