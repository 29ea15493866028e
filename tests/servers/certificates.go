package servers

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"time"
)

// Pair is a certificate and its key, both PEM.
type Pair struct{ Certificate, Key string }

// NewAuthority is a certificate authority, which is also a certificate for its name and for an address.
func NewAuthority(name string, address net.IP) (Pair, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Pair{}, err
	}
	template := leaf(name, address)
	template.IsCA, template.BasicConstraintsValid = true, true
	return encoded(private, template, signer{template, private})
}

// Issue makes a certificate of the authority for a name and an address.
func (authority Pair) Issue(name string, address net.IP) (Pair, error) {
	parsed, err := tls.X509KeyPair([]byte(authority.Certificate), []byte(authority.Key))
	if err != nil {
		return Pair{}, err
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Pair{}, err
	}
	return encoded(private, leaf(name, address), signer{parsed.Leaf, parsed.PrivateKey})
}

func leaf(name string, address net.IP) *x509.Certificate {
	return &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, SerialNumber: big.NewInt(time.Now().UnixNano()), NotAfter: time.Now().AddDate(1, 0, 0), DNSNames: []string{name},
		IPAddresses: []net.IP{address},
	}
}

// signer signs certificates.
type signer struct {
	certificate *x509.Certificate
	key         any
}

func encoded(private *ecdsa.PrivateKey, template *x509.Certificate, by signer) (Pair, error) {
	signed, err := x509.CreateCertificate(rand.Reader, template, by.certificate, private.Public(), by.key)
	if err != nil {
		return Pair{}, err
	}
	key, err := x509.MarshalECPrivateKey(private)
	block := func(kind string, content []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}))
	}
	return Pair{block("CERTIFICATE", signed), block("EC PRIVATE KEY", key)}, err
}
