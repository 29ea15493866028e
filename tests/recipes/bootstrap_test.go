package recipes

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
)

const stateKeyARN = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000001"

const providerARN = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"

// missing is a call that AWS answers with an error, because something does not exist.
func missing(c call) call {
	return c.do("echo 'An error occurred (NoSuchEntity) when calling the operation: it cannot be found.' >&2; exit 254")
}

// github are the calls of gh about a repository: its spelling and its ids, and the form of its tokens' subjects.
func github(asked string) []call {
	return []call{
		on("gh api --hostname github.com repos/"+asked, "").
			do(`echo '{"id": 22, "name": "Database", "full_name": "Acme/Database", "owner": {"id": 11, "login": "Acme"}}'`),
		on("gh api --hostname github.com repos/Acme/Database/actions/oidc/customization/sub", "").
			do(`echo '{"use_default": true, "use_immutable_subject": false, "sub_claim_prefix": "repo:Acme@11/Database@22"}'`),
	}
}

// bootstrapped are the calls of a bootstrap of prod. In an empty account, each check is followed by the call that creates the thing.
type bootstrapped struct {
	empty bool   // whether the account is empty
	path  string // of the roles; "": IAM's
	other bool   // whether the stack has another boundary
	calls []call
}

func aws(line string) call { return on("aws --region us-east-1 "+line, "") }

func (s *bootstrapped) add(more ...call) { s.calls = append(s.calls, more...) }

// check adds a call that looks for something, and those that create it.
func (s *bootstrapped) check(look call, create ...call) {
	if !s.empty {
		s.add(look)
		return
	}
	s.add(missing(look))
	s.add(create...)
}

// all are all calls, in order.
func (s *bootstrapped) all() []call {
	s.addState()
	if !s.other {
		s.addPolicy("mosaic-database-boundary")
	}
	for _, role := range []string{"preview", "deploy", "drill", "rotate"} {
		s.addRole(role)
	}
	return s.calls
}

func (s *bootstrapped) addState() {
	bucket := "mosaic-state-123456789012-us-east-1"
	s.add(github("acme/database")...)
	s.add(account)
	s.check(aws("s3api head-bucket --bucket "+bucket), aws("s3api create-bucket --bucket "+bucket))
	s.add(aws("s3api put-public-access-block --bucket "+bucket+" --public-access-block-configuration "+
		"BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true"),
		aws("s3api put-bucket-versioning --bucket "+bucket+" --versioning-configuration Status=Enabled"),
		aws("s3api put-bucket-encryption --bucket "+bucket+" --server-side-encryption-configuration "+
			`{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}`),
		aws("s3api put-bucket-policy --bucket "+bucket+" --policy file://SCRATCH/bucket.json").
			do(`jq -e '.Statement[0] | .Effect == "Deny" and .Condition.Bool["aws:SecureTransport"] == "false"' "${8#file://}" >/dev/null`))
	s.check(aws("kms describe-key --key-id alias/mosaic-prod-state"),
		aws("kms create-key --description").with("State of mosaic-database in prod", "--query", "KeyMetadata.KeyId", "--output", "text").do("echo 0a1b2c3d-0000-4000-8000-000000000001"),
		aws("kms create-alias --alias-name alias/mosaic-prod-state --target-key-id 0a1b2c3d-0000-4000-8000-000000000001"))
	s.add(aws("kms describe-key --key-id alias/mosaic-prod-state --query KeyMetadata.Arn --output text").do("echo "+stateKeyARN),
		aws("kms enable-key-rotation --key-id "+stateKeyARN))
	s.check(aws("iam get-open-id-connect-provider --open-id-connect-provider-arn "+providerARN+" --output json").do(`echo '{"ClientIDList": ["x", "sts.amazonaws.com"]}'`),
		aws("iam create-open-id-connect-provider --url https://token.actions.githubusercontent.com --client-id-list sts.amazonaws.com"))
	s.check(aws("iam get-role --role-name AWSServiceRoleForRDS"), aws("iam create-service-linked-role --aws-service-name rds.amazonaws.com"))
	s.check(aws("iam get-role --role-name AWSServiceRoleForBackup"), aws("iam create-service-linked-role --aws-service-name backup.amazonaws.com"))
}

func (s *bootstrapped) addPolicy(name string) {
	arn := "arn:aws:iam::123456789012:policy/" + name
	s.check(aws("iam get-policy --policy-arn "+arn+" --query Policy.DefaultVersionId --output text").do("echo v3"),
		aws("iam create-policy --policy-name "+name+" --policy-document file://SCRATCH/policy.json").do(`cp "${8#file://}" "$CALLS/../`+name+`.json"`))
	if !s.empty {
		s.add(aws("iam get-policy-version --policy-arn " + arn + " --version-id v3 --query PolicyVersion.Document --output json").
			do(`jq . "$CALLS/../` + name + `.json"`))
	}
}

func (s *bootstrapped) addRole(role string) {
	name, duration := "mosaic-prod-pipeline-"+role, "14400"
	path := cmp.Or(s.path, "/")
	arn := "arn:aws:iam::123456789012:role" + path + name
	if role == "preview" || role == "rotate" {
		duration = "3600"
	}
	if s.empty {
		s.add(missing(aws("iam get-role --role-name "+name)),
			aws("iam create-role --role-name "+name+" --path "+path+" --max-session-duration "+duration+" --assume-role-policy-document file://SCRATCH/trust.json").
				do(`cp "${12#file://}" "$CALLS/../trust-`+role+`.json"`))
	} else {
		s.add(aws("iam get-role --role-name "+name).do(`echo '"Arn": "`+arn+`"'; cat "$CALLS/../trust-`+role+`.json"`),
			aws("iam update-assume-role-policy --role-name "+name+" --policy-document file://SCRATCH/trust.json").
				do(`cmp "${8#file://}" "$CALLS/../trust-`+role+`.json"`),
			aws("iam update-role --role-name "+name+" --max-session-duration "+duration))
	}
	for _, file := range pipeline.Roles()[role] {
		of := "mosaic-prod-pipeline-" + file
		if role == "drill" && file != "drill" {
			of = "mosaic-prod-drill-pipeline-" + file
		}
		s.addPolicy(of)
		if role != "preview" && role != "drill" && strings.HasPrefix(file, "preview") && s.empty {
			// It was created a moment ago, for another role.
			s.calls = s.calls[:len(s.calls)-2]
			s.add(aws("iam get-policy --policy-arn arn:aws:iam::123456789012:policy/"+of+" --query Policy.DefaultVersionId --output text").do("echo v1"),
				aws("iam get-policy-version --policy-arn arn:aws:iam::123456789012:policy/"+of+" --version-id v1 --query PolicyVersion.Document --output json").
					do(`jq . "$CALLS/../`+of+`.json"`))
		}
		s.add(aws("iam attach-role-policy --role-name " + name + " --policy-arn arn:aws:iam::123456789012:policy/" + of))
	}
	s.check(aws("eks describe-access-entry --cluster-name mosaic-prod --principal-arn "+arn),
		aws("eks create-access-entry --cluster-name mosaic-prod --principal-arn "+arn+" --kubernetes-groups pipeline-"+role))
}

// A bootstrap creates everything in an empty account, a second one creates nothing, and a third one updates what differs.
func TestBootstrap(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, t.TempDir())
	require.NoError(t, os.Symlink(absolute(t, filepath.Join(root, "policies")), filepath.Join(b.project, "policies")))
	b.expect((&bootstrapped{empty: true}).all()...)
	r := b.just("yes\n", "bootstrap", "prod", "acme/database", "--approve-previews")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "GitHub calls it Acme/Database")
	assert.Contains(t, r.stderr, "pulumi stack init prod --secrets-provider 'awskms://alias/mosaic-prod-state?region=us-east-1'")
	assert.Equal(t, []string{"sed 's/NAMESPACE/mosaic-prod/' policies/cluster-access.yaml | kubectl apply -f -"}, accessCommands(t, r))
	assert.Contains(t, r.stderr, "make an environment prod-preview with reviewers, and add prod to the variable APPROVED_PREVIEWS")

	files, err := filepath.Glob(b.file("*.json"))
	require.NoError(t, err)
	assert.Len(t, files, 23, "policies and trust policies")
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.NotRegexp(t, `PARTITION|REGION|ACCOUNT|ENVIRONMENT|CLUSTER|STATE_|REPOSITORY|NUMBERED`, string(text), file)
		assert.LessOrEqual(t, len(strings.TrimSpace(string(text))), 6144, file)
	}
	main := []string{"repo:Acme/Database:ref:refs/heads/main", "repo:Acme@11/Database@22:ref:refs/heads/main"}
	assert.Equal(t, append([]string{"repo:Acme/Database:environment:prod-preview", "repo:Acme@11/Database@22:environment:prod-preview"}, main...), subjects(b, "preview"))
	assert.Equal(t, []string{"repo:Acme/Database:environment:prod", "repo:Acme@11/Database@22:environment:prod"}, subjects(b, "deploy"))
	assert.Equal(t, []string{"repo:Acme/Database:environment:prod-drill", "repo:Acme@11/Database@22:environment:prod-drill"}, subjects(b, "drill"))
	assert.Contains(t, b.content("mosaic-prod-drill-pipeline-removal.json"), "db:mosaic-prod-drill-db*")

	// The trust policies stay: previews still wait for an approval.
	b.again()
	b.expect((&bootstrapped{}).all()...)
	r = b.just("", "bootstrap", "prod", "acme/database", "--yes")
	require.Zero(t, r.code, r.stderr)
	assert.NotContains(t, r.stderr, "made the")

	// With a namespace that the program creates.
	file := filepath.Join(b.project, "Pulumi.prod.yaml")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, append(text, "  mosaic-database:app: {createNamespace: true}\n"...), 0o600))
	b.again()
	b.expect(differing((&bootstrapped{}).all())...)
	r = b.just("", "bootstrap", "prod", "acme/database", "--yes", "--open-previews")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "brought the policy mosaic-database-boundary up to date")
	assert.Contains(t, r.stderr, "added the audience sts.amazonaws.com to "+providerARN)
	assert.Equal(t, append([]string{"repo:Acme/Database:pull_request", "repo:Acme@11/Database@22:pull_request"}, main...), subjects(b, "opened"))
	assert.Len(t, accessCommands(t, r), 2, "for the whole cluster")
}

// With a path of its own and a boundary of somebody else, the roles of the pipeline are in the path, and the boundary is left alone.
func TestBootstrapUnderAPath(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, t.TempDir())
	require.NoError(t, os.Symlink(absolute(t, filepath.Join(root, "policies")), filepath.Join(b.project, "policies")))
	file := filepath.Join(b.project, "Pulumi.prod.yaml")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, append(text, "  rolePath: /team/\n  permissionsBoundary: org/boundary\n"...), 0o600))
	b.expect((&bootstrapped{empty: true, path: "/team/", other: true}).all()...)
	r := b.just("", "bootstrap", "prod", "acme/database", "--yes", "--approve-previews")
	require.Zero(t, r.code, r.stderr)
	assert.NotContains(t, r.stderr, "permissionsBoundary", "the stack file has it")
	policy := b.content("mosaic-prod-pipeline-deploy-access.json")
	assert.Contains(t, policy, `"arn:aws:iam::123456789012:role/team/mosaic-prod-*-role"`)
	assert.Contains(t, policy, `"iam:PermissionsBoundary":"arn:aws:iam::123456789012:policy/org/boundary"`)
	assert.NotContains(t, policy, "mosaic-database-boundary")

	// A role that is there does not move.
	require.NoError(t, os.WriteFile(file, append(text, "  rolePath: /other/\n  permissionsBoundary: org/boundary\n"...), 0o600))
	b.again()
	all := (&bootstrapped{path: "/team/", other: true}).all()
	first := slices.IndexFunc(all, func(c call) bool { return slices.Contains(c.argv, "mosaic-prod-pipeline-preview") })
	b.expect(all[:first+1]...)
	r = b.just("", "bootstrap", "prod", "acme/database", "--yes")
	assert.NotZero(t, r.code)
	assert.Contains(t, r.stderr, "the role mosaic-prod-pipeline-preview exists under another path than arn:aws:iam::123456789012:role/other/mosaic-prod-pipeline-preview, which the stack file asks for")
}

// Policies that a stack file makes too long are found before anything is made, and before a login is looked at.
func TestBootstrapMeasuresThePolicies(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, t.TempDir())
	require.NoError(t, os.Symlink(absolute(t, filepath.Join(root, "policies")), filepath.Join(b.project, "policies")))
	file := filepath.Join(b.project, "Pulumi.prod.yaml")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, append(text, "  rolePath: /"+strings.Repeat("r", 510)+"/\n"...), 0o600))
	b.expect(github("acme/database")...)
	r := b.just("", "bootstrap", "prod", "acme/database", "--yes")
	assert.NotZero(t, r.code)
	assert.Regexp(t, `the policy mosaic-prod-drill-pipeline-deploy-access: \d+ characters, and IAM takes 6144`, r.stderr)
	assert.NotContains(t, r.stderr, "trust policy")
	assert.Contains(t, r.stderr, "write shorter ones in Pulumi.prod.yaml: rolePath (it has 512 characters)")
}

// accessCommands are the commands for the cluster that a bootstrap prints. They are those of docs/how-to/pipeline.md, which other tests run.
func accessCommands(t *testing.T, r ran) []string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(root, "docs", "how-to", "pipeline.md"))
	require.NoError(t, err)
	var all []string
	for line := range strings.Lines(r.stderr) {
		if line = strings.TrimSpace(line); strings.Contains(line, "kubectl ") {
			assert.Contains(t, string(page), "\n"+line+"\n")
			all = append(all, line)
		}
	}
	return all
}

// differing are the calls if the boundary differs from its file, with all five versions in use, the identity provider has another
// audience, and the trust policy of previews changes.
func differing(calls []call) []call {
	const boundary = "arn:aws:iam::123456789012:policy/mosaic-database-boundary"
	var all []call
	for _, c := range calls {
		line := strings.Join(c.argv, " ")
		switch {
		case strings.Contains(line, "get-policy-version --policy-arn "+boundary):
			all = append(all, c.do(`echo '{"Statement": []}'`),
				aws("iam list-policy-versions --policy-arn "+boundary+" --query Versions[?!IsDefaultVersion].VersionId --output json").do(`echo '["v7", "v6", "v5", "v3"]'`),
				aws("iam delete-policy-version --policy-arn "+boundary+" --version-id v3"),
				aws("iam create-policy-version --policy-arn "+boundary+" --policy-document file://SCRATCH/policy.json --set-as-default"))
		case strings.Contains(line, "get-open-id-connect-provider"):
			all = append(all, c.do(`echo '{"ClientIDList": ["sigstore"]}'`),
				aws("iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn "+providerARN+" --client-id sts.amazonaws.com"))
		case strings.Contains(line, "update-assume-role-policy --role-name mosaic-prod-pipeline-preview"):
			all = append(all, c.do(`cp "${8#file://}" "$CALLS/../trust-opened.json"`))
		default:
			all = append(all, c)
		}
	}
	return all
}

// subjects are the subjects that the trust policy of a role accepts.
func subjects(b *bench, role string) []string {
	b.t.Helper()
	var policy iam.Document
	require.NoError(b.t, json.Unmarshal([]byte(b.content("trust-"+role+".json")), &policy))
	require.Len(b.t, policy.Statement, 1)
	require.Len(b.t, policy.Statement[0].Condition, 1)
	values := policy.Statement[0].Condition["StringEquals"]
	assert.Equal(b.t, iam.Values{"sts.amazonaws.com"}, values["token.actions.githubusercontent.com:aud"])
	return values["token.actions.githubusercontent.com:sub"]
}

// Each case is refused before anything is created.
func TestBootstrapRefusals(t *testing.T) {
	need(t)
	t.Parallel()
	asked := github("acme/database")
	found := func(more ...call) []call { return append(slices.Clone(asked), more...) }
	says := func(c call, stderr string, code int) []call {
		return []call{c.do(fmt.Sprintf("echo '{}'; echo '%s' >&2; exit %d", stderr, code))}
	}
	for name, test := range map[string]struct {
		args, answer string
		calls        []call
		want         string
	}{
		"no repository":   {"bootstrap prod database", "", nil, "is written owner/name, as in acme/database, and not database"},
		"an address":      {"bootstrap prod https://github.com/acme/database", "", nil, "and not https://github.com/acme/database"},
		"a clone's":       {"bootstrap prod acme/database.git", "", nil, "and not acme/database.git"},
		"over SSH":        {"bootstrap prod git@github.com:acme/database", "", nil, "and not git@github.com:acme/database"},
		"a folder":        {"bootstrap prod acme/database/x", "", nil, "and not acme/database/x"},
		"a wildcard":      {"bootstrap prod acme/*", "", nil, "and not acme/*"},
		"not logged in":   {"bootstrap prod acme/database", "", says(asked[0], "To get started with GitHub CLI, please run:  gh auth login", 4), "run: gh auth login"},
		"unknown":         {"bootstrap prod acme/database", "", says(asked[0], "gh: Not Found (HTTP 404)", 1), "shows no repository acme/database to this login"},
		"GitHub is down":  {"bootstrap prod acme/database", "", says(asked[0], "gh: Server Error (HTTP 502)", 1), "does not answer: gh: Server Error (HTTP 502)"},
		"subject unknown": {"bootstrap prod acme/database", "", append(asked[:1:1], says(asked[1], "gh: Forbidden (HTTP 403)", 1)...), "(HTTP 403)"},
		"own subject": {"bootstrap prod acme/database", "", []call{asked[0],
			asked[1].do(`echo '{"use_default": false, "include_claim_keys": ["repository_id", "context"]}'`)}, `a custom subject, made of ["repository_id","context"]`},
		"another prefix": {"bootstrap prod acme/database", "", []call{asked[0],
			asked[1].do(`echo '{"use_default": true, "sub_claim_prefix": "repo:Acme@11/Database@23"}'`)}, "begin with repo:Acme@11/Database@23, and"},
		"another account": {"bootstrap prod acme/database", "", found(account.do("echo 999999999999")), "is of account 999999999999"},
		// Older versions of GitHub have no setting for the subject.
		"no": {"bootstrap prod acme/database", "no\n", append(append(asked[:1:1], says(asked[1], "gh: Not Found (HTTP 404)", 1)...), account), "the answer was not yes"},
		"no permission": {"bootstrap prod acme/database --yes", "", found(account,
			on("aws --region us-east-1 s3api head-bucket --bucket mosaic-state-123456789012-us-east-1", "").do("echo 'An error occurred (403)' >&2; exit 254")), "(403)"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newCI(t, t.TempDir())
			require.NoError(t, os.Symlink(absolute(t, filepath.Join(root, "policies")), filepath.Join(b.project, "policies")))
			b.expect(test.calls...)
			r := b.just(test.answer, strings.Fields(test.args)...)
			assert.NotZero(t, r.code)
			assert.Contains(t, r.stderr, test.want)
		})
	}

	t.Run("without gh", func(t *testing.T) {
		b := newCI(t, t.TempDir())
		require.NoError(t, os.Remove(filepath.Join(b.tools, "gh")))
		r := b.just("", "bootstrap", "prod", "acme/database")
		assert.NotZero(t, r.code)
		assert.Contains(t, r.stderr, "needs gh, which is not on the PATH; see https://cli.github.com")
	})
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	absolute, err := filepath.Abs(path)
	require.NoError(t, err)
	return absolute
}
