package credentials

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// iterations of the password's hash, PostgreSQL's own default. A password of 238 bits needs no more.
const iterations = 4096

// Verifier is what PostgreSQL stores for a password (RFC 5803): it checks a login with it, and nobody can log in by it. A
// server that is given a verifier never sees the password, and so cannot write it into a log. The password is of
// letters and digits, which need no preparation (SASLprep).
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
