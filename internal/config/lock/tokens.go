package lock

import (
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// leavingTokens refuses to switch tokens off in the run that gives the clients passwords: pods that have not restarted still make them.
func leavingTokens(c *config.Config, before map[string]string) schema.Problems {
	if Credentials(before) != config.CredentialsIAM || c.Database.IamDatabaseAuthentication {
		return nil
	}
	return schema.Problems{{
		Key: config.Key("database.iamDatabaseAuthentication"), Value: "false",
		Rule: "true in the run that leaves credentials iam: pods log in by tokens until they restart",
		Fix:  "true; and false in a later run",
	}}
}
