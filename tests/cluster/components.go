package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// The parts of the cluster.
const (
	etcd              = "etcd"
	kubeAPIServer     = "kube-apiserver"
	controllerManager = "kube-controller-manager"
	kubeScheduler     = "kube-scheduler"
	externalSecrets   = "external-secrets"
)

// settings are the flags of the command.
type settings struct{ dir, issuer, sts, secretsManager, crds string }

func (s settings) file(name string) string { return filepath.Join(s.dir, name) }

// component is a part of the cluster as a process.
type component struct {
	name string
	args []string
	env  []string // in addition to PATH and HOME
}

func (s settings) etcd(client, peer int) component {
	return component{name: etcd, args: []string{
		"--data-dir", s.file("etcd"), "--log-level", "error",
		// Nothing has to outlive a crash of the machine.
		"--unsafe-no-fsync",
		"--listen-client-urls", local("http", client), "--advertise-client-urls", local("http", client),
		"--listen-peer-urls", local("http", peer), "--initial-advertise-peer-urls", local("http", peer),
		"--initial-cluster", "default=" + local("http", peer),
	}}
}

func (s settings) apiServer(etcd, port int) component {
	return component{name: kubeAPIServer, args: []string{
		"--etcd-servers", local("http", etcd), "--bind-address", loopback, "--secure-port", fmt.Sprint(port),
		"--tls-cert-file", s.file(serverCertificate), "--tls-private-key-file", s.file(serverKey),
		"--service-account-issuer", s.issuer, "--service-account-jwks-uri", s.issuer + "/keys",
		"--service-account-key-file", s.file(accountKey), "--service-account-signing-key-file", s.file(accountKey),
		"--token-auth-file", s.file(tokenFile), "--authorization-mode", "RBAC",
		"--service-cluster-ip-range", "10.100.0.0/16",
		"--endpoint-reconciler-type", "none", // no Service leads to the API server itself
		"--enable-priority-and-fairness=false", "--profiling=false",
		"--kubelet-preferred-address-types", "InternalIP",
	}}
}

func (s settings) controllerManager() component {
	return component{name: controllerManager, args: []string{
		"--kubeconfig", s.kubeconfig(admin), "--leader-elect=false", "--secure-port", "0",
		"--kube-api-qps", "500", "--kube-api-burst", "1000", "--root-ca-file", s.file(serverCertificate),
		"--controllers", "job-controller,deployment-controller,replicaset-controller,endpointslice-controller,endpoints-controller," +
			"serviceaccount-controller,namespace-controller,garbage-collector-controller,disruption-controller," +
			"ttl-after-finished-controller,pod-garbage-collector-controller,root-ca-certificate-publisher-controller",
	}}
}

func (s settings) scheduler() component {
	return component{name: kubeScheduler, args: []string{
		"--kubeconfig", s.kubeconfig(admin), "--leader-elect=false", "--secure-port", "0", "--kube-api-qps", "500", "--kube-api-burst", "1000",
	}}
}

func (s settings) operator(health int) component {
	return component{
		name: externalSecrets,
		args: []string{
			"--concurrent", "8", "--client-qps", "500", "--client-burst", "1000", "--metrics-addr", "0", "--live-addr", fmt.Sprintf("%s:%d", loopback, health),
			// The kinds that the program does not use. Their definitions are not installed.
			"--enable-push-secret-reconciler=false", "--enable-cluster-push-secret-reconciler=false", "--enable-cluster-external-secret-reconciler=false",
		},
		env: []string{
			"KUBECONFIG=" + s.kubeconfig(operatorAccount), "AWS_STS_ENDPOINT=" + s.sts, "AWS_SECRETSMANAGER_ENDPOINT=" + s.secretsManager,
			"AWS_EC2_METADATA_DISABLED=true",
		},
	}
}

// environ is the environment of a component. Credentials and proxies of who started the cluster do not reach it.
func (c component) environ(home string) []string {
	return append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + home}, c.env...)
}

const loopback = "127.0.0.1"

func local(scheme string, port int) string { return fmt.Sprintf("%s://%s:%d", scheme, loopback, port) }
