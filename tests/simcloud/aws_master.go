package simcloud

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/mosaic-stories/mosaic-database/internal/config/rules"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// manageMaster takes over the password of a master user, keeps it, or gives it back, when an instance or a cluster is created or changed; old
// is nil for a new one. Sources: RDS API Reference, ModifyDBInstance, ModifyDBCluster; Amazon RDS User Guide, Password management with Amazon RDS
// and AWS Secrets Manager.
func (a *account) manageMaster(old, out Properties, password string) error {
	was := old != nil && old.Flag("manageMasterUserPassword")
	if old != nil {
		out["masterUserSecrets"] = old["masterUserSecrets"] // whatever the state has
	}
	switch now := out.Flag("manageMasterUserPassword"); {
	case !now && !was:
		return nil
	case !now && !out.has(password):
		return errors.New("InvalidParameterCombination: You must specify MasterUserPassword when you turn off ManageMasterUserPassword")
	case !now:
		a.dropMasterSecret(old)
		out["masterUserSecrets"] = []any{}
		return nil
	case was && out.Text("masterUserSecretKmsKeyId") != old.Text("masterUserSecretKmsKeyId"):
		return errors.New("InvalidParameterCombination: You can't change the KMS key of the secret of a master user password that is managed in AWS Secrets Manager")
	case was:
		return nil
	case len(a.replicas(out)) > 0 && out.Text("engine") != auroraEngine:
		return errors.New("InvalidParameterCombination: You can't manage the master user password of a DB instance that has read replicas in AWS Secrets Manager")
	}
	delete(out, password) // that of a backup
	return a.makeMasterSecret(out)
}

// makeMasterSecret makes the secret, whose name RDS chooses.
func (a *account) makeMasterSecret(out Properties) error {
	kind, user := "db", out.Text("username")
	if out.Text("engine") == auroraEngine {
		kind, user = "cluster", out.Text("masterUsername")
	}
	name := fmt.Sprintf("%s%s-%s", naming.ManagedSecrets, kind, newUUID())
	arn := a.secretARN(name)
	a.cloud.put(&Object{Kind: secretType, ID: arn, Properties: Properties{
		"name": name, "arn": arn, "policy": "", "replicas": []any{}, "kmsKeyId": out.Text("masterUserSecretKmsKeyId"), "description": "Secret associated with primary RDS", "owningService": "rds",
	}})
	out["masterUserSecrets"] = []any{map[string]any{"secretArn": arn, "secretStatus": "active", "kmsKeyId": out.Text("masterUserSecretKmsKeyId")}}
	return a.putMaster(arn, user)
}

// putMaster makes a new password of a master user, with special characters, as RDS does.
func (a *account) putMaster(arn, user string) error {
	content, err := json.Marshal(map[string]string{"username": user, "password": rand.Text() + `)%~?[#$(`})
	if err != nil {
		return err
	}
	version := Properties{"secretId": arn, "secretString": string(content)}
	id, err := createSecretVersion(a, version)
	if err == nil {
		a.cloud.put(&Object{Kind: secretVersionType, ID: id, Properties: version})
	}
	return err
}

func (a *account) dropMasterSecret(of Properties) {
	arn := masterSecretOf(of)
	if secret := a.cloud.get(secretType, arn); secret != nil {
		_ = removeSecret(a, arn, Properties{"arn": arn}) // it is gone at once, without a recovery window
		a.cloud.drop(secret)
	}
}

// masterSecretOf is the ARN of the secret of a master user; "": RDS manages none.
func masterSecretOf(instance Properties) string {
	secrets, _ := instance["masterUserSecrets"].([]any)
	if len(secrets) == 0 {
		return ""
	}
	first, _ := secrets[0].(map[string]any)
	return Properties(first).Text("secretArn")
}

// RotateMasters lets seven days pass: RDS rotates every password that it manages.
func (c *Cloud) RotateMasters() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, kind := range []string{instanceType, clusterType} {
		for _, o := range c.all(kind, func(o *Object) bool { return masterSecretOf(o.Properties) != "" }) {
			as := o.Properties
			if kind == clusterType {
				as = databaseOf(as)
			}
			before, arn := c.withMaster(as), masterSecretOf(as)
			_, region, _ := rules.Place(arn)
			if err := (&account{cloud: c, id: accountOf(arn), region: region}).putMaster(arn, as.Text("username")); err != nil {
				return err
			}
			if err := c.databases().Databases.Modify(before, c.withMaster(as)); err != nil {
				return err
			}
		}
	}
	return c.save()
}

// withMaster is an instance with the password that RDS manages, which no call of RDS tells.
func (c *Cloud) withMaster(instance Properties) Properties {
	arn := masterSecretOf(instance)
	if arn == "" {
		return instance
	}
	var content struct{ Password string }
	for _, version := range c.versions(arn) {
		if slices.Contains(version.Properties.Texts("versionStages"), "AWSCURRENT") {
			_ = json.Unmarshal([]byte(version.Properties.Text("secretString")), &content)
		}
	}
	as := instance.clone()
	as["password"] = content.Password
	return as
}

// managed are databases that know the passwords that RDS manages.
type managed struct {
	Databases
	cloud *Cloud
}

func (m managed) Create(instance Properties, origin string) (string, error) {
	return m.Databases.Create(m.cloud.withMaster(instance), origin)
}

func (m managed) Modify(old, instance Properties) error {
	return m.Databases.Modify(m.cloud.withMaster(old), m.cloud.withMaster(instance))
}

func (m managed) Accept(instance Properties, database, user, password string) error {
	return m.Databases.Accept(m.cloud.withMaster(instance), database, user, password)
}
