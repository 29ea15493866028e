package simcloud

import (
	"fmt"
	"regexp"
	"slices"
)

const (
	secretType        = "aws:secretsmanager/secret:Secret"
	secretVersionType = "aws:secretsmanager/secretVersion:SecretVersion"
)

var secretName = regexp.MustCompile(`^[A-Za-z0-9/_+=.@-]{1,512}$`)

func createSecret(a *account, out Properties) (string, error) {
	name := out.Text("name")
	refused := func(why string) (string, error) {
		return "", fmt.Errorf("creating Secrets Manager Secret (%s): %s", name, why)
	}
	switch {
	case !secretName.MatchString(name):
		return refused("ValidationException: Invalid name. Must be a valid name containing alphanumeric characters, " +
			"or any of the following: -/_+=.@!")
	case a.cloud.get(DeletedSecret, name) != nil:
		return refused("InvalidRequestException: You can't create this secret because a secret with this name is already " +
			"scheduled for deletion")
	case a.secret(name) != nil || a.cloud.get(ReplicaSecret, a.secretARN(name)) != nil:
		return refused(fmt.Sprintf("ResourceExistsException: The operation failed because the secret %s already exists", name))
	}
	arn := a.secretARN(name)
	out.fill(Properties{"arn": arn, "policy": "", "replicas": []any{}})
	return arn, updateSecret(a, nil, out)
}

func (a *account) secretARN(name string) string {
	return a.arn("secretsmanager", fmt.Sprintf("secret:%s-%s", name, digest(6, "secret", name)))
}

func updateSecret(a *account, old, out Properties) error {
	if days := out.Number("recoveryWindowInDays"); days != 0 && (days < 7 || days > 30) {
		return fmt.Errorf("secret %s: expected recovery_window_in_days to be 0 or 7 to 30, got %v", out.Text("name"), days)
	}
	if policy := out.Text("policy"); policy != "" {
		if err := wellFormedFor(out.Text("name"), policy); err != nil {
			return err
		}
	}
	a.replicate(old, out)
	return nil
}

func removeSecret(a *account, arn string, live Properties) error {
	if days := live.Number("recoveryWindowInDays"); days > 0 {
		a.cloud.put(&Object{Kind: DeletedSecret, ID: live.Text("name"), Properties: live})
	}
	a.replicate(live, Properties{"arn": arn})
	for _, v := range a.cloud.all(secretVersionType, func(o *Object) bool { return o.Properties.Text("arn") == arn }) {
		a.cloud.drop(v)
	}
	return nil
}

// secret finds a secret of the region by its name or its ARN.
func (a *account) secret(nameOrARN string) *Object {
	return a.cloud.find(secretType, func(o *Object) bool {
		return (o.ID == nameOrARN || o.Properties.Text("name") == nameOrARN) && a.here(o)
	})
}

// createSecretVersion stores the value and moves the label AWSCURRENT to it. The version that had it becomes AWSPREVIOUS.
func createSecretVersion(a *account, out Properties) (string, error) {
	secret := a.secret(out.Text("secretId"))
	if secret == nil {
		return "", fmt.Errorf("putting Secrets Manager Secret value: ResourceNotFoundException: Secrets Manager can't find the "+
			"specified secret (%s)", out.Text("secretId"))
	}
	value := out.Text("secretString") + out.Text("secretBinary")
	if len(value) == 0 || len(value) > 65536 {
		return "", fmt.Errorf("putting Secrets Manager Secret value (%s): InvalidParameterException: the value must have "+
			"1 to 65536 bytes, got %d", secret.ID, len(value))
	}
	id := newUUID()
	out.fill(Properties{"arn": secret.ID, "versionId": id, "versionStages": texts("AWSCURRENT")})
	if slices.Contains(out.Texts("versionStages"), "AWSCURRENT") {
		for _, v := range a.cloud.versions(secret.ID) {
			stages := slices.DeleteFunc(v.Properties.Texts("versionStages"), func(stage string) bool { return stage == "AWSPREVIOUS" })
			if i := slices.Index(stages, "AWSCURRENT"); i >= 0 {
				stages[i] = "AWSPREVIOUS"
			}
			v.Properties["versionStages"] = texts(stages...)
		}
	}
	return secret.ID + "|" + id, nil
}

func (c *Cloud) versions(arn string) []*Object {
	return c.all(secretVersionType, func(o *Object) bool { return o.Properties.Text("arn") == arn })
}
