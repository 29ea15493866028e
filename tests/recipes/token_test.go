package recipes

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// If IAM users log in with tokens, db-shell gets one with the role in the outputs, and passes it to the pod on standard input. It asks
// for no password, and no command line or manifest has the token.
func TestDbShellByToken(t *testing.T) {
	need(t)
	t.Parallel()
	needsCLI(t)
	const token = `db.example.com:5432/?Action=connect&X-Amz-Signature=back\slash`
	shell := func(t *testing.T, calls ...call) (*bench, ran) {
		b := newBench(t, outputsOnly(t))
		outputs := on("pulumi stack output --json --stack prod --non-interactive", "").do(`echo '{"region":"us-east-1","accountId":"123456789012",
			"clusterName":"mosaic-prod","namespace":"mosaic-prod","endpoint":"db.example.com","port":5432,"databaseName":"mosaic",
			"peopleRoleArn":"arn:aws:iam::123456789012:role/mosaic-prod-db-people-role","peopleLogin":"core_api_people"}'`)
		b.expect(append(append([]call{outputs, account}, cluster...), calls...)...)
		return b, b.just("select 1;", "db-shell", "prod")
	}
	assume := on("aws --region us-east-1 sts assume-role --role-arn arn:aws:iam::123456789012:role/mosaic-prod-db-people-role"+
		" --role-session-name db-shell --output json", "")
	t.Run("in", func(t *testing.T) {
		b, r := shell(t, assume.do(`echo '{"Credentials":{"AccessKeyId":"key","SecretAccessKey":"secret","SessionToken":"session"}}'`),
			on("aws --region us-east-1 rds generate-db-auth-token --hostname db.example.com --port 5432 --username core_api_people", "").
				do(`test "$AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY $AWS_SESSION_TOKEN" = "key secret session" && printf '%s\n' '`+token+`'`),
			setting("pods"), createPod, waitPod,
			on(kube+"exec -i db-shell-TIME -- sh -c", "").with("umask 077 && cat >/tmp/pgpass").do(`cat >"$CALLS/pgpass"`),
			on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc", "").do("cat"), deletePod)
		require.Zero(t, r.code, r.stderr)
		assert.Equal(t, "select 1;", r.stdout)
		content, err := os.ReadFile(filepath.Join(b.calls, "pgpass"))
		require.NoError(t, err)
		assert.Equal(t, `*:*:*:*:db.example.com\:5432/?Action=connect&X-Amz-Signature=back\\slash`+"\n", string(content))
		manifest, err := os.ReadFile(filepath.Join(b.calls, "pod.json"))
		require.NoError(t, err)
		assert.NotContains(t, string(manifest), "Signature")
		assert.NotContains(t, string(manifest), "secretKeyRef", "the pod has no password either")
		var pod struct {
			Spec struct {
				Containers []struct {
					Env []struct{ Name, Value string }
				}
			}
		}
		require.NoError(t, json.Unmarshal(manifest, &pod))
		env := map[string]string{}
		for _, one := range pod.Spec.Containers[0].Env {
			env[one.Name] = one.Value
		}
		assert.Equal(t, "core_api_people", env["PGUSER"])
		assert.Equal(t, "5432", env["PGPORT"])
		assert.Equal(t, "/tmp/pgpass", env["PGPASSFILE"])
		assert.Equal(t, "require", env["PGSSLMODE"])
	})
	t.Run("an IAM user without access", func(t *testing.T) {
		_, r := shell(t, assume.do("echo AccessDenied >&2; exit 254"))
		assert.NotZero(t, r.code)
		assert.Contains(t, r.stderr, "you may not assume the role arn:aws:iam::123456789012:role/mosaic-prod-db-people-role: AccessDenied")
		assert.Contains(t, r.stderr, "database.iamPrincipals names who may")
	})
}
