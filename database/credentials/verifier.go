package credentials

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// iterations is the SCRAM iteration count, the default of PostgreSQL. A password with 238 bits of entropy needs no more.
const iterations = 4096

// Verifier returns the SCRAM-SHA-256 verifier of a password, as PostgreSQL stores it (RFC 5803). The server checks logins
// with it, but nobody can log in with it. A server that gets the verifier never sees the password, so it cannot write the
// password to a log. The password must consist of ASCII letters and digits, because it is not normalized (SASLprep).
func Verifier(password string, salt []byte) (string, error) {
	salted, err := pbkdf2.Key(sha256.New, password, salt, iterations, sha256.Size)
	if err != nil {
		return "", fmt.Errorf("hashing a password: %w", err)
	}
	sign := func(text string) []byte {
		mac := hmac.New(sha256.New, salted)
		mac.Write([]byte(text))
		return mac.Sum(nil)
	}
	stored := sha256.Sum256(sign("Client Key"))
	encode := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-SHA-256$%d:%s$%s:%s", iterations, encode(salt), encode(stored[:]), encode(sign("Server Key"))), nil
}
