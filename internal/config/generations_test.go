package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/tests/configtest"
)

func TestRetained(t *testing.T) {
	c := configtest.Load(t, "mosaic-database:restore: {generation: 4, serving: 3, snapshotIdentifier: a, unprotected: [mosaic-prod-db-2], released: [mosaic-prod-db]}")
	assert.Equal(t, "mosaic-prod-db-3", c.Instance())
	assert.Equal(t, []config.Retained{{Identifier: "mosaic-prod-db-2", Engine: config.PostgreSQL, Unprotected: true}, {Identifier: "mosaic-prod-db-4", Engine: config.PostgreSQL, Newest: true}}, c.Retained())
	c = configtest.Load(t, "")
	assert.Equal(t, "mosaic-prod-db", c.Instance())
	assert.Empty(t, c.Retained())
}
