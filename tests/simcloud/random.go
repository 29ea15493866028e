package simcloud

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"golang.org/x/crypto/bcrypt"
)

// random is the random provider. Its resources exist only in the engine's state.
type random struct{}

func (*random) version() string                                            { return "4.19.2" }
func (*random) checkConfig(resource.PropertyMap) []*pulumirpc.CheckFailure { return nil }
func (*random) movesOn(Properties, Properties) bool                        { return false }
func (*random) configure(Properties) (session, error) {
	return randomSession{bridged{loadFacts()}}, nil
}

type randomSession struct{ bridged }

func (s randomSession) create(r request) (string, Properties, error) {
	out := s.outputs(r)
	switch r.typ {
	case "random:index/randomPassword:RandomPassword":
		return createPassword(out)
	case "random:index/randomId:RandomId":
		return createID(out)
	}
	return "", nil, fmt.Errorf("%s is not simulated: add it to random.go in simcloud", r.typ)
}

func createPassword(out Properties) (string, Properties, error) {
	sets := []struct{ name, least, characters string }{
		{"lower", "minLower", "abcdefghijklmnopqrstuvwxyz"},
		{"upper", "minUpper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
		{"numeric", "minNumeric", "0123456789"},
		{"special", "minSpecial", "!@#$%&*()-_=+[]{}<>:?"},
	}
	if special := out.Text("overrideSpecial"); special != "" {
		sets[3].characters = special
	}
	var all string
	var password []byte
	for _, set := range sets {
		if out.Flag(set.name) {
			all += set.characters
			password = append(password, pick(set.characters, int(out.Number(set.least)))...)
		}
	}
	length := int(out.Number("length"))
	if all == "" || length < 1 || length < len(password) {
		return "", nil, errors.New("random password: length must be at least 1 and the sum of the minimums, " +
			"and one of lower, upper, numeric and special must be true")
	}
	password = append(password, pick(all, length-len(password))...)
	for i := len(password) - 1; i > 0; i-- {
		j := below(i + 1)
		password[i], password[j] = password[j], password[i]
	}
	hash, err := bcrypt.GenerateFromPassword(password[:min(len(password), 72)], bcrypt.MinCost)
	if err != nil {
		return "", nil, err
	}
	out["result"], out["bcryptHash"] = string(password), string(hash)
	return "none", out, nil
}

func createID(out Properties) (string, Properties, error) {
	bytes := make([]byte, int(out.Number("byteLength")))
	if len(bytes) == 0 {
		return "", nil, errors.New("random id: byteLength must be at least 1")
	}
	_, _ = rand.Read(bytes) // never fails
	prefix, id := out.Text("prefix"), base64.RawURLEncoding.EncodeToString(bytes)
	out["b64Std"] = prefix + base64.StdEncoding.EncodeToString(bytes)
	out["b64Url"] = prefix + id
	out["hex"] = prefix + hex.EncodeToString(bytes)
	out["dec"] = prefix + new(big.Int).SetBytes(bytes).String()
	return id, out, nil
}

func pick(characters string, n int) []byte {
	picked := make([]byte, n)
	for i := range picked {
		picked[i] = characters[below(len(characters))]
	}
	return picked
}

// below is a random number from 0 to n-1.
func below(n int) int {
	i, _ := rand.Int(rand.Reader, big.NewInt(int64(n))) // never fails
	return int(i.Int64())
}

func (s randomSession) update(r request) (Properties, error) { return s.outputs(r), nil }
func (s randomSession) read(r request) (Properties, error)   { return fromPropertyMap(r.oldOutputs), nil }
func (s randomSession) remove(request) error                 { return nil }
func (s randomSession) invoke(token string, _ Properties) (Properties, error) {
	return nil, fmt.Errorf("%s is not simulated", token)
}
