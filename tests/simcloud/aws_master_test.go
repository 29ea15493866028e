package simcloud

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAManagedMasterPassword: RDS makes a secret, which nobody is told of but by its ARN; it rotates it, keeps its key, and deletes it at once.
func TestAManagedMasterPassword(t *testing.T) {
	w := newWorld(t)
	w.network()
	given := w.instance
	managed := given.with(Properties{"password": nil, "manageMasterUserPassword": true})
	delete(managed, "password")
	id, _ := w.aws.must(instanceType, given)
	_, err := w.aws.change(w.cloud, instanceType, id, given, managed)
	require.NoError(t, err)
	live := func() Properties { return w.cloud.Objects(instanceType)[0].Properties }
	arn := masterSecretOf(live())
	assert.Contains(t, arn, ":secret:rds!db-")
	assert.False(t, live().has("password"), "RDS tells it nobody")
	first := w.cloud.withMaster(live()).Text("password")
	assert.NotEqual(t, "correcthorse", first)

	require.NoError(t, w.cloud.RotateMasters())
	assert.NotEqual(t, first, w.cloud.withMaster(live()).Text("password"))
	assert.Equal(t, arn, masterSecretOf(live()))
	_, err = w.aws.change(w.cloud, instanceType, id, managed, managed.with(Properties{"masterUserSecretKmsKeyId": "arn:aws:kms:us-east-1:111122223333:key/a"}))
	wantError(t, err, "You can't change the KMS key")
	_, _, err = w.aws.create(instanceType, Properties{"identifier": "r", "replicateSourceDb": "mosaic-prod-db", "instanceClass": "db.t3.micro", "skipFinalSnapshot": true})
	wantError(t, err, "You can't create a read replica of mosaic-prod-db")
	neither := managed.with(Properties{"manageMasterUserPassword": false})
	_, err = w.aws.change(w.cloud, instanceType, id, managed, neither)
	wantError(t, err, "You must specify MasterUserPassword")

	_, err = w.aws.change(w.cloud, instanceType, id, managed, given)
	require.NoError(t, err)
	assert.Empty(t, w.cloud.Objects(secretType), "RDS has deleted its secret")
	assert.Equal(t, "correcthorse", live().Text("password"))
	w.aws.must(instanceType, Properties{"identifier": "r", "replicateSourceDb": "mosaic-prod-db", "instanceClass": "db.t3.micro", "skipFinalSnapshot": true})
	_, err = w.aws.change(w.cloud, instanceType, id, given, managed)
	wantError(t, err, "that has read replicas")
}
