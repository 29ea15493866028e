package k8s

import (
	"fmt"
	"path"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Where the pod has its files.
const (
	settingsDir = "/etc/pgbouncer"
	loginsDir   = "/etc/pgbouncer-logins"
	tlsDir      = "/etc/pgbouncer-tls"
	settings    = "pgbouncer.ini"
	userlist    = "userlist.txt"
)

// ini is PgBouncer's configuration, with no secret in it.
func (a *PoolerArgs) ini(host string, port int) string {
	server := "server_tls_sslmode = require\n"
	if a.CaBundle.ConfigMap != "" {
		server = "server_tls_sslmode = verify-full\nserver_tls_ca_file = " + a.CaBundle.Path + "\n"
	}
	return strings.Join([]string{
		"[databases]",
		fmt.Sprintf("%s = host=%s port=%d dbname=%s", a.Database, host, port, a.Database),
		"",
		"[pgbouncer]",
		"listen_addr = *",
		fmt.Sprintf("listen_port = %d", PoolerPort),
		"; No socket and no administrators: nobody has a way to the console.",
		"unix_socket_dir =",
		"admin_users =",
		"stats_users =",
		"",
		"auth_type = scram-sha-256",
		"auth_file = " + path.Join(loginsDir, userlist),
		"client_tls_sslmode = require",
		"client_tls_cert_file = " + path.Join(tlsDir, "tls.crt"),
		"client_tls_key_file = " + path.Join(tlsDir, "tls.key"),
		server,
		"; A connection to the database is a client's for one transaction.",
		"pool_mode = transaction",
		fmt.Sprintf("default_pool_size = %d", a.PoolSize),
		fmt.Sprintf("max_client_conn = %d", a.MaxClientConnections),
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

// settings registers the ConfigMap. It never changes: other content has another name, with which the Deployment rolls,
// and the old one goes after that.
func (p *pooler) settings(account pulumi.Resource) (pulumi.StringInput, pulumi.Resource, error) {
	ini := pulumi.All(p.args.Host, p.args.Port).ApplyT(func(values []any) string {
		return p.args.ini(values[0].(string), values[1].(int))
	}).(pulumi.StringOutput)
	name := ini.ApplyT(func(ini string) string { return p.name + "-" + digest(ini) }).(pulumi.StringOutput)
	configMap, err := p.register("v1", "ConfigMap", p.name, object{
		"metadata": p.own(name), "immutable": true, "data": object{settings: ini},
	}, pulumi.DependsOn([]pulumi.Resource{account})) // which the namespace was there for
	if err != nil {
		return nil, nil, fmt.Errorf("registering the settings of %s: %w", p.name, err)
	}
	return name, configMap, nil
}
