package bootstrap

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
)

// arn is the ARN of something that IAM has.
func (b *bootstrap) arn(name string) string {
	return "arn:" + b.target.Partition + ":iam::" + b.target.Account + ":" + name
}

// filled is a document of the folder policies with the values of an environment.
func (b *bootstrap) filled(document, environment string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join("policies", document+".json"))
	if err != nil {
		return nil, err
	}
	values := strings.NewReplacer(
		"PARTITION", b.target.Partition, "REGION", b.target.Region, "ACCOUNT", b.target.Account, "ENVIRONMENT", environment,
		"CLUSTER", b.target.Cluster, "STATE_BUCKET", b.target.Bucket(), "STATE_KEY", b.keyARN,
		"REPOSITORY", b.repository.name, "NUMBERED", b.repository.numbered)
	return []byte(compact([]byte(values.Replace(string(text))))), nil
}

// compact is JSON without white space; IAM counts characters.
func compact(text []byte) string {
	var out bytes.Buffer
	if err := json.Compact(&out, text); err != nil {
		return string(text) // which AWS refuses, and says why
	}
	return out.String()
}

// file writes a document for the AWS CLI, and is its address there.
func (b *bootstrap) file(name string, document any) (string, error) {
	text, ok := document.([]byte)
	if !ok {
		var err error
		if text, err = json.Marshal(document); err != nil {
			return "", err
		}
	}
	path := filepath.Join(b.recipe.Scratch, name)
	return "file://" + path, os.WriteFile(path, text, 0o600)
}

// makePolicy brings a managed policy to what a document says, with the values of an environment.
func (b *bootstrap) makePolicy(ctx context.Context, name, document, environment string) error {
	text, err := b.filled(document, environment)
	if err != nil {
		return err
	}
	file, err := b.file("policy.json", text)
	if err != nil {
		return err
	}
	version, found, err := b.find(ctx, b.aws("iam", "get-policy", "--policy-arn", b.arn("policy/"+name),
		"--query", "Policy.DefaultVersionId", "--output", "text"))
	if err != nil {
		return err
	}
	if found {
		return b.updatePolicy(ctx, name, version, file, text)
	}
	if err := b.do(ctx, b.aws("iam", "create-policy", "--policy-name", name, "--policy-document", file)); err != nil {
		return err
	}
	b.recipe.Say("made the policy %s", name)
	return nil
}

// updatePolicy makes another version of a policy where the present one says something else.
func (b *bootstrap) updatePolicy(ctx context.Context, name, version, file string, text []byte) error {
	arn := b.arn("policy/" + name)
	present, err := b.recipe.Output(ctx, b.aws("iam", "get-policy-version", "--policy-arn", arn, "--version-id", version,
		"--query", "PolicyVersion.Document", "--output", "json"))
	if err != nil || equalJSON([]byte(present), text) {
		return err
	}
	listed, err := b.recipe.Output(ctx, b.aws("iam", "list-policy-versions", "--policy-arn", arn,
		"--query", "Versions[?!IsDefaultVersion].VersionId", "--output", "json"))
	if err != nil {
		return err
	}
	var others []string
	if err := json.Unmarshal([]byte(listed), &others); err != nil {
		return err
	}
	if len(others) > 3 { // IAM keeps five versions; the last is the oldest
		if err := b.do(ctx, b.aws("iam", "delete-policy-version", "--policy-arn", arn, "--version-id", others[len(others)-1])); err != nil {
			return err
		}
	}
	if err := b.do(ctx, b.aws("iam", "create-policy-version", "--policy-arn", arn, "--policy-document", file, "--set-as-default")); err != nil {
		return err
	}
	b.recipe.Say("brought the policy %s up to date", name)
	return nil
}

func equalJSON(one, other []byte) bool {
	var first, second any
	return json.Unmarshal(one, &first) == nil && json.Unmarshal(other, &second) == nil && reflect.DeepEqual(first, second)
}
