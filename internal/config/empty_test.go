package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/tests/configtest"
)

// An empty value means none. Where the default is something else it is refused, because it would silently be that: no network at all, for
// example, would be the whole VPC.
func TestAnEmptyValueIsNeverAnotherDefault(t *testing.T) {
	empty := map[string]string{string(schema.String): `""`, string(schema.List): "[]", string(schema.Map): "{}", string(schema.Tree): "{}"}
	var refused int
	for _, r := range config.References() {
		content, canBeEmpty := empty[r.Type]
		if !canBeEmpty || r.Default == "" || r.Default == content || strings.HasPrefix(r.Default, "none") {
			continue
		}
		refused++
		source := configtest.With(t, setting(r.Key, content))
		_, err := config.Load(source, "prod", config.StackFile{Keys: source.Keys()})
		var problems config.Problems
		require.ErrorAs(t, err, &problems, "%s: %s becomes the default, %s", r.Key, content, r.Default)
		key := strings.NewReplacer("<name>", "worker", "[]", "[0]").Replace(r.Key)
		assert.Equal(t, key, short(problems[0].Key))
		assert.Equal(t, content, problems[0].Value, r.Key)
		assert.Contains(t, problems[0].Fix, "remove the line to have the default: ", r.Key)
	}
	t.Logf("%d fields", refused)
	assert.Greater(t, refused, 40)
}
