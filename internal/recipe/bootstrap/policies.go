package bootstrap

import (
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
)

// managedPolicy is an IAM policy that the recipe creates.
type managedPolicy struct {
	name        string
	document    string // in the folder policies, without .json
	environment string // whose values replace the placeholders
}

// filled reads a document of the folder policies, and replaces its placeholders with the values of an environment.
func (a *account) filled(document, environment string) []byte {
	if a.Err != nil {
		return nil
	}
	var text []byte
	text, a.Err = os.ReadFile(filepath.Join("policies", document+".json"))
	filled := compact(strings.NewReplacer(
		"COPY_REGION", cmp.Or(a.target.CopyRegion, "COPY_REGION"), "PARTITION", a.target.Partition, "REGION", a.target.Region, "ACCOUNT", a.target.Account, "ENVIRONMENT", environment,
		"CLUSTER", a.target.Cluster, "STATE_BUCKET", a.target.Bucket(), "STATE_KEY", a.keyARN,
		"REPOSITORY", a.repository.name, "NUMBERED", a.repository.numbered).Replace(string(text)))
	if a.Err == nil {
		filled, a.Err = a.target.Fitted(filled)
	}
	return filled
}

// compact is JSON without white space, which counts towards IAM's limits.
func compact(text string) []byte {
	var out bytes.Buffer
	if err := json.Compact(&out, []byte(text)); err != nil {
		return []byte(text) // AWS refuses it, and says why
	}
	return out.Bytes()
}

// makePolicy creates a managed policy, or brings it up to date.
func (a *account) makePolicy(p managedPolicy) {
	arn, text := a.arn("policy/"+p.name), a.filled(p.document, p.environment)
	file := a.File("policy.json", text)
	missing, version := a.Missing("iam", "get-policy", "--policy-arn", arn, "--query", "Policy.DefaultVersionId", "--output", "text")
	if missing {
		a.Run("iam", "create-policy", "--policy-name", p.name, "--policy-document", file)
		a.Say("created the policy %s", p.name)
		return
	}
	present := a.Output("iam", "get-policy-version", "--policy-arn", arn, "--version-id", version,
		"--query", "PolicyVersion.Document", "--output", "json")
	if equal([]byte(present), text) {
		return
	}
	var others []string
	a.Read(a.Output("iam", "list-policy-versions", "--policy-arn", arn, "--query", "Versions[?!IsDefaultVersion].VersionId", "--output", "json"), &others)
	if len(others) > 3 { // IAM allows five versions; the last one is the oldest
		a.Run("iam", "delete-policy-version", "--policy-arn", arn, "--version-id", others[len(others)-1])
	}
	a.Run("iam", "create-policy-version", "--policy-arn", arn, "--policy-document", file, "--set-as-default")
	a.Say("brought the policy %s up to date", p.name)
}

// equal compares JSON documents, without regard to the order of their keys.
func equal(one, other []byte) bool {
	var first, second any
	return json.Unmarshal(one, &first) == nil && json.Unmarshal(other, &second) == nil && reflect.DeepEqual(first, second)
}
