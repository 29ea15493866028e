package manifest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Digest returns ten hexadecimal digits of a hash of the parts, for the name of an object that has to be replaced when one of
// them changes.
func Digest(parts ...string) string {
	hash := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(hash, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(hash.Sum(nil))[:10]
}
