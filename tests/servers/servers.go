// Package servers is what tests need to start a real server on the loopback interface.
package servers

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Port is one that nobody listens on.
func Port(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port
}

// Tool is the path of a tool in the first of some folders that has it; of a pattern, in the last, which is the newest. The
// test is skipped without it, unless REQUIRE_TOOLS is set.
func Tool(t *testing.T, name string, folders ...string) string {
	t.Helper()
	for _, folder := range folders {
		found, err := filepath.Glob(filepath.Join(folder, name))
		require.NoError(t, err)
		if len(found) > 0 {
			path, err := filepath.Abs(found[len(found)-1])
			require.NoError(t, err)
			return path
		}
	}
	if os.Getenv("REQUIRE_TOOLS") != "" {
		t.Fatalf("%s is missing, and REQUIRE_TOOLS is set", name)
	}
	t.Skipf("%s is missing; .ci/run installs it", name)
	return ""
}

// Certificate is a certificate for 127.0.0.1 that signs itself, and its key, both as PEM.
func Certificate(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	encoded, err := x509.MarshalECPrivateKey(private)
	require.NoError(t, err)
	block := func(kind string, content []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}))
	}
	return block("CERTIFICATE", signed), block("EC PRIVATE KEY", encoded)
}
