package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/tests/configtest"
)

func database(fields string) string { return "mosaic-database:database: {" + fields + "}" }

func TestSecrets(t *testing.T) {
	assert.Equal(t, []string{"mosaic/prod/rds/credentials", "mosaic/prod/rds/connection"}, configtest.Load(t, "").Secrets())
	assert.Equal(t, []string{
		"mosaic/prod/rds/credentials", "mosaic/prod/rds/connection", "mosaic/prod/rds/bootstrap", "mosaic/prod/rds/migrator", "mosaic/prod/rds/readonly",
	}, configtest.Load(t, database("credentials: alternating, readOnlyLogin: true")).Secrets())
}
