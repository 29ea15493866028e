// Package servers starts real servers on the loopback interface, for tests.
package servers

import (
	"math/rand/v2"
	"net"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// Port is a free port. It is below the range of ephemeral ports, so that no other process gets it before the server does.
func Port(t *testing.T) int {
	t.Helper()
	for range 100 {
		port := 20000 + rand.IntN(10000)
		listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			require.NoError(t, listener.Close())
			return port
		}
	}
	t.Fatal("no port is free")
	return 0
}

// Certificate is a self-signed certificate for a host name and for 127.0.0.1, and its key, both PEM.
func Certificate(t *testing.T, name string) (certificate, key string) {
	t.Helper()
	authority, err := NewAuthority(name, net.IPv4(127, 0, 0, 1))
	require.NoError(t, err)
	return authority.Certificate, authority.Key
}
