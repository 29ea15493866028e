package tokens

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// The messages of LDAP that this server knows (RFC 4511, section 4.2), by their tags.
const (
	bindRequest  = asn1.Tag(0x60)
	bindResponse = asn1.Tag(0x61)
	simple       = asn1.Tag(0x80) // a password in clear
)

// The results of a bind.
const (
	success            = 0
	invalidCredentials = 49
)

const namePrefix = "uid="

// Directory is an LDAP server on the loopback interface, which PostgreSQL asks about passwords. It takes what check takes. It ends with the test.
func Directory(t *testing.T, check func(login, password string) error) (port int) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer connection.Close() //nolint:errcheck // the client has gone
				_ = answer(connection, check)
			}()
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port
}

// Access is the line of pg_hba.conf that has members of rds_iam checked by the directory, over TLS alone.
func Access(directory int) string {
	return "hostssl all +rds_iam 127.0.0.1/32 ldap ldapserver=127.0.0.1 ldapport=" + strconv.Itoa(directory) + " ldapprefix=\"" + namePrefix + "\"\n"
}

// answer answers binds until the client goes.
func answer(connection net.Conn, check func(login, password string) error) error {
	reader := bufio.NewReader(connection)
	for {
		message, err := read(reader)
		if err != nil {
			return err
		}
		var request cryptobyte.String
		var id, version int
		if !message.ReadASN1Integer(&id) || !message.ReadASN1(&request, bindRequest) {
			return errors.New("no bind")
		}
		var name, password cryptobyte.String
		if !request.ReadASN1Integer(&version) || !request.ReadASN1(&name, asn1.OCTET_STRING) || !request.ReadASN1(&password, simple) {
			return errors.New("no simple bind")
		}
		result, why := success, ""
		if err := check(strings.TrimPrefix(string(name), namePrefix), string(password)); err != nil {
			result, why = invalidCredentials, err.Error()
		}
		if _, err := connection.Write(response(id, result, why)); err != nil {
			return err
		}
	}
}

// read reads one message, without its header.
func read(reader *bufio.Reader) (cryptobyte.String, error) {
	header, err := reader.Peek(2)
	if err != nil {
		return nil, err
	}
	length, size := int(header[1]), 2
	if long := length & 0x7f; length > 0x7f {
		header, err = reader.Peek(2 + long)
		if err != nil || long > 3 {
			return nil, fmt.Errorf("a message without an end: %w", err)
		}
		length, size = 0, 2+long
		for _, b := range header[2:] {
			length = length<<8 | int(b)
		}
	}
	content := make([]byte, size+length)
	if _, err := io.ReadFull(reader, content); err != nil {
		return nil, err
	}
	return cryptobyte.String(content[size:]), nil
}

func response(id, result int, why string) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(int64(id))
		b.AddASN1(bindResponse, func(b *cryptobyte.Builder) {
			b.AddASN1Enum(int64(result))
			b.AddASN1OctetString(nil)
			b.AddASN1OctetString([]byte(why))
		})
	})
	return b.BytesOrPanic()
}
