package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"strings"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
	"k8s.io/client-go/util/cert"
)

// The files with the cluster's credentials.
const (
	serverCertificate = "apiserver.crt" // with its authority
	serverKey         = "apiserver.key"
	accountKey        = "serviceaccounts.key"
	tokenFile         = "tokens.csv"
)

// The users of the cluster, by the names that kubeconfig files and tokens have.
const (
	admin           = "admin"
	deployer        = "deploy"   // the pipeline's role that runs pulumi up
	previewer       = "preview"  // the pipeline's role that runs pulumi preview
	driller         = "drill"    // the pipeline's role that tries a restore
	operatorAccount = "operator" // the External Secrets Operator
)

// Access is how the cluster is reached.
type Access struct {
	Server    string            `json:"server"`
	Authority string            `json:"authority"` // PEM
	Tokens    map[string]string `json:"tokens"`    // by user
}

// groups are the users' names and groups in the cluster. An access entry of EKS puts the pipeline's roles into theirs.
func groups() map[string][2]string {
	return map[string][2]string{
		admin:     {"admin", "system:masters"},
		deployer:  {"deploy", "pipeline-deploy"},
		previewer: {"preview", "pipeline-preview"},
		driller:   {"drill", "pipeline-drill"},
		operatorAccount: {
			"system:serviceaccount:external-secrets:external-secrets",
			"system:serviceaccounts,system:serviceaccounts:external-secrets",
		},
	}
}

// makeCredentials writes certificates, keys, tokens and kubeconfig files, for an API server at a port.
func (s settings) makeCredentials(port int) (Access, error) {
	certificate, key, err := cert.GenerateSelfSignedCertKey(loopback, []net.IP{net.ParseIP(loopback)}, []string{"localhost"})
	if err != nil {
		return Access{}, err
	}
	account, err := accountKeyPEM()
	if err != nil {
		return Access{}, err
	}
	access := Access{Server: local("https", port), Authority: string(certificate), Tokens: map[string]string{}}
	var lines strings.Builder
	for user, known := range groups() {
		access.Tokens[user] = "k8s-aws-v1." + rand.Text()
		fmt.Fprintf(&lines, "%s,%s,%s,%q\n", access.Tokens[user], known[0], user, known[1])
	}
	for name, content := range map[string][]byte{serverCertificate: certificate, serverKey: key, accountKey: account, tokenFile: []byte(lines.String())} {
		if err := os.WriteFile(s.file(name), content, 0o600); err != nil {
			return Access{}, err
		}
	}
	for user := range groups() {
		if err := access.writeKubeconfig(user, s.kubeconfig(user)); err != nil {
			return Access{}, err
		}
	}
	return access, nil
}

// accountKeyPEM is a new key for ServiceAccount tokens. EKS signs them with RS256.
func accountKeyPEM() ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}), err
}

// kubeconfig is the file of a user.
func (s settings) kubeconfig(user string) string { return s.file("kubeconfig-" + user) }

func (a Access) writeKubeconfig(user, file string) error {
	const name = "cluster"
	return clientcmd.WriteToFile(api.Config{
		Clusters:       map[string]*api.Cluster{name: {Server: a.Server, CertificateAuthorityData: []byte(a.Authority)}},
		AuthInfos:      map[string]*api.AuthInfo{user: {Token: a.Tokens[user]}},
		Contexts:       map[string]*api.Context{name: {Cluster: name, AuthInfo: user}},
		CurrentContext: name,
	}, file)
}
