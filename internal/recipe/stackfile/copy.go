package stackfile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// Copy writes the file of a stack as that of another one, which has none, and returns its path. pulumi stack init --copy-config-from does the
// same for a stack that there is. What encrypts the secrets of the stack is left out: the other one has its own.
func Copy(dir, from, to string) (string, error) {
	source, err := config.StackFilePath(dir, from)
	if err != nil {
		return "", err
	}
	target, err := config.StackFilePath(dir, to)
	if err != nil {
		return "", err
	}
	file, err := config.ReadStackFile(dir, from)
	if err != nil {
		return "", err
	}
	if len(file.Encrypted) > 0 {
		return "", fmt.Errorf("%s has encrypted values, which no other stack can read: %s", source, strings.Join(file.Encrypted, ", "))
	}
	content, err := os.ReadFile(source)
	if err != nil {
		return "", fmt.Errorf("there is no %s; name a stack that has a file", source)
	}
	copied, err := withoutSecretsProvider(content)
	if err != nil {
		return "", fmt.Errorf("%s: %w", source, err)
	}
	out, err := os.OpenFile(target, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", fmt.Errorf("there is a %s, of an earlier drill: pulumi destroy --stack %[2]s && pulumi stack rm %[2]s; or delete it, if there is no such stack", target, to)
	}
	_, err = out.Write(copied)
	return target, errors.Join(err, out.Close())
}

// withoutSecretsProvider is a stack file without what encrypts its secrets.
func withoutSecretsProvider(content []byte) ([]byte, error) {
	var file yaml.Node
	if err := yaml.Unmarshal(content, &file); err != nil {
		return nil, err
	}
	if len(file.Content) == 0 {
		return nil, nil
	}
	top := file.Content[0]
	var kept []*yaml.Node
	for i := 0; i+1 < len(top.Content); i += 2 {
		switch top.Content[i].Value {
		case "secretsprovider", "encryptedkey", "encryptionsalt":
		default:
			kept = append(kept, top.Content[i], top.Content[i+1])
		}
	}
	top.Content = kept
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	err := encoder.Encode(&file)
	return out.Bytes(), err
}
