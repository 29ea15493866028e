package recipes

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
)

const stateKeyARN = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000001"

// missing is how AWS says that something is not there.
func missing(c call) call {
	return c.do("echo 'An error occurred (NoSuchEntity) when calling the operation: it cannot be found.' >&2; exit 254")
}

// bootstrapped is the calls of a bootstrap of prod. Where nothing is there, each look is followed by what makes it; where all of
// it is, by nothing.
func bootstrapped(t *testing.T, b *bench, empty bool) []call {
	t.Helper()
	aws := func(line string) call { return on("aws --region us-east-1 "+line, "") }
	var calls []call
	add := func(more ...call) { calls = append(calls, more...) }
	look := func(c call, make ...call) {
		if empty {
			add(missing(c))
			add(make...)
		} else {
			add(c)
		}
	}
	site, err := pipeline.ReadSite(root, "prod")
	require.NoError(t, err)
	bucket := "mosaic-state-123456789012-us-east-1"
	add(on("go run ./internal/pipeline/site prod", "").do("printf '%s' '"+site.Lines()+"'"), account)
	look(aws("s3api head-bucket --bucket "+bucket), aws("s3api create-bucket --bucket "+bucket))
	add(aws("s3api put-public-access-block --bucket "+bucket+" --public-access-block-configuration "+
		"BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true"),
		aws("s3api put-bucket-versioning --bucket "+bucket+" --versioning-configuration Status=Enabled"),
		aws("s3api put-bucket-encryption --bucket "+bucket+" --server-side-encryption-configuration "+
			`{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}`),
		aws("s3api put-bucket-policy --bucket "+bucket+" --policy file://SCRATCH/bucket.json").
			do(`jq -e '.Statement[0] | .Effect == "Deny" and .Condition.Bool["aws:SecureTransport"] == "false"' "${8#file://}" >/dev/null`))
	look(aws("kms describe-key --key-id alias/mosaic-prod-state"),
		aws("kms create-key --description").with("State of mosaic-database in prod", "--query", "KeyMetadata.KeyId", "--output", "text").do("echo 0a1b2c3d-0000-4000-8000-000000000001"),
		aws("kms create-alias --alias-name alias/mosaic-prod-state --target-key-id 0a1b2c3d-0000-4000-8000-000000000001"))
	add(aws("kms describe-key --key-id alias/mosaic-prod-state --query KeyMetadata.Arn --output text").do("echo "+stateKeyARN),
		aws("kms enable-key-rotation --key-id "+stateKeyARN))
	look(aws("iam get-open-id-connect-provider --open-id-connect-provider-arn arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"),
		aws("iam create-open-id-connect-provider --url https://token.actions.githubusercontent.com --client-id-list sts.amazonaws.com"))
	look(aws("iam get-role --role-name AWSServiceRoleForRDS"), aws("iam create-service-linked-role --aws-service-name rds.amazonaws.com"))

	policy := func(name string) {
		arn := "arn:aws:iam::123456789012:policy/" + name
		look(aws("iam get-policy --policy-arn "+arn+" --query Policy.DefaultVersionId --output text").do("echo v3"),
			aws("iam create-policy --policy-name "+name+" --policy-document file://SCRATCH/policy.json").do(`cp "${8#file://}" "$CALLS/../`+name+`.json"`))
		if !empty {
			add(aws("iam get-policy-version --policy-arn " + arn + " --version-id v3 --query PolicyVersion.Document --output json").
				do(`jq . "$CALLS/../` + name + `.json"`))
		}
	}
	policy("mosaic-database-boundary")
	for _, role := range []string{"preview", "deploy", "drill"} {
		name, duration := "mosaic-prod-pipeline-"+role, "14400"
		if role == "preview" {
			duration = "3600"
		}
		if empty {
			add(missing(aws("iam get-role --role-name "+name)),
				aws("iam create-role --role-name "+name+" --max-session-duration "+duration+" --assume-role-policy-document file://SCRATCH/trust.json").
					do(`cp "${10#file://}" "$CALLS/../trust-`+role+`.json"`))
		} else {
			add(aws("iam get-role --role-name "+name),
				aws("iam update-assume-role-policy --role-name "+name+" --policy-document file://SCRATCH/trust.json").
					do(`cmp "${8#file://}" "$CALLS/../trust-`+role+`.json"`))
		}
		for _, file := range pipeline.Roles()[role] {
			of := "mosaic-prod-pipeline-" + file
			if role == "drill" && file != "drill" {
				of = "mosaic-prod-drill-pipeline-" + file
			}
			policy(of)
			if role == "deploy" && file == "preview" && empty {
				// Made a moment ago, for the other role.
				calls = calls[:len(calls)-2]
				add(aws("iam get-policy --policy-arn arn:aws:iam::123456789012:policy/"+of+" --query Policy.DefaultVersionId --output text").do("echo v1"),
					aws("iam get-policy-version --policy-arn arn:aws:iam::123456789012:policy/"+of+" --version-id v1 --query PolicyVersion.Document --output json").
						do(`jq . "$CALLS/../`+of+`.json"`))
			}
			add(aws("iam attach-role-policy --role-name " + name + " --policy-arn arn:aws:iam::123456789012:policy/" + of))
		}
		look(aws("eks describe-access-entry --cluster-name mosaic-prod --principal-arn arn:aws:iam::123456789012:role/"+name),
			aws("eks create-access-entry --cluster-name mosaic-prod --principal-arn arn:aws:iam::123456789012:role/"+name+" --kubernetes-groups pipeline-"+role))
	}
	return calls
}

// A bootstrap makes everything in an empty account, and a second one nothing; a policy that differs gets a new version.
func TestBootstrap(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, t.TempDir())
	require.NoError(t, os.Symlink(absolute(t, filepath.Join(root, "policies")), filepath.Join(b.project, "policies")))
	b.expect(bootstrapped(t, b, true)...)
	r := b.just("yes\n", "bootstrap", "prod", "acme/database")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "pulumi stack init prod --secrets-provider 'awskms://alias/mosaic-prod-state?region=us-east-1'")

	files, err := filepath.Glob(b.file("*.json"))
	require.NoError(t, err)
	assert.Len(t, files, 13, "policies and trust policies")
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.NotRegexp(t, `PARTITION|REGION|ACCOUNT|ENVIRONMENT|CLUSTER|STATE_|REPOSITORY`, string(text), file)
		assert.LessOrEqual(t, len(strings.TrimSpace(string(text))), 6144, file)
	}
	var trust pipeline.Document
	text := b.content("trust-drill.json")
	assert.Contains(t, text, `"token.actions.githubusercontent.com:sub":"repo:acme/database:environment:prod-drill"`)
	assert.NotContains(t, text, "StringLike")
	_ = json.Unmarshal([]byte(text), &trust)
	assert.Contains(t, b.content("mosaic-prod-drill-pipeline-removal.json"), "db:mosaic-prod-drill-db*")

	b.again()
	b.expect(bootstrapped(t, b, false)...)
	r = b.just("", "bootstrap", "prod", "acme/database", "--yes")
	require.Zero(t, r.code, r.stderr)
	assert.NotContains(t, r.stderr, "made the")

	// Another boundary than the file's, with all five versions in use.
	b.again()
	changed := bootstrapped(t, b, false)
	for i, c := range changed {
		if strings.Contains(strings.Join(c.argv, " "), "get-policy-version --policy-arn arn:aws:iam::123456789012:policy/mosaic-database-boundary") {
			arn := "arn:aws:iam::123456789012:policy/mosaic-database-boundary"
			b.expect(changed[:i]...)
			b.expect(c.do(`echo '{"Statement": []}'`),
				on("aws --region us-east-1 iam list-policy-versions --policy-arn "+arn+" --query Versions[?!IsDefaultVersion].VersionId --output json", "").do(`echo '["v7", "v6", "v5", "v3"]'`),
				on("aws --region us-east-1 iam delete-policy-version --policy-arn "+arn+" --version-id v3", ""),
				on("aws --region us-east-1 iam create-policy-version --policy-arn "+arn+" --policy-document file://SCRATCH/policy.json --set-as-default", ""))
			b.expect(changed[i+1:]...)
		}
	}
	r = b.just("", "bootstrap", "prod", "acme/database", "--yes")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "brought the policy mosaic-database-boundary up to date")
}

// What is refused before anything is made.
func TestBootstrapRefusals(t *testing.T) {
	need(t)
	t.Parallel()
	site, err := pipeline.ReadSite(root, "prod")
	require.NoError(t, err)
	where := on("go run ./internal/pipeline/site prod", "").do("printf '%s' '" + site.Lines() + "'")
	for name, test := range map[string]struct {
		args, answer string
		calls        []call
		want         string
	}{
		"no repository":   {"bootstrap prod database", "", nil, "as in: just bootstrap prod acme/database"},
		"another account": {"bootstrap prod acme/database", "", []call{where, account.do("echo 999999999999")}, "is of account 999999999999"},
		"no":              {"bootstrap prod acme/database", "no\n", []call{where, account}, "the answer was not yes"},
		"no permission": {"bootstrap prod acme/database --yes", "", []call{where, account,
			on("aws --region us-east-1 s3api head-bucket --bucket mosaic-state-123456789012-us-east-1", "").do("echo 'An error occurred (403)' >&2; exit 254")}, "(403)"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newCI(t, t.TempDir())
			b.expect(test.calls...)
			r := b.just(test.answer, strings.Fields(test.args)...)
			assert.NotZero(t, r.code)
			assert.Contains(t, r.stderr, test.want)
		})
	}
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	absolute, err := filepath.Abs(path)
	require.NoError(t, err)
	return absolute
}
