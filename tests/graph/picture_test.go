package graph

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/pictures"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// TestPictureOfTheSystem: each type that a stack registers has its place in the picture, each solid arrow is a dependency, and each
// dashed one is in the inputs of a resource of prod.
func TestPictureOfTheSystem(t *testing.T) {
	places := map[string]string{}
	for _, part := range pictures.Parts() {
		for _, kind := range part.Types {
			require.NotContains(t, places, kind)
			places[kind] = part.Name
		}
	}
	needed, registered := map[pictures.Need]bool{}, map[string]bool{}
	for _, v := range variants(t) {
		for _, one := range recorder.Up(t, v.stack, v.values).Registrations {
			registered[one.Type] = true
			for _, key := range one.DependsOn {
				kind, _, _ := strings.Cut(key, "::")
				needed[pictures.Need{From: places[one.Type], To: places[kind]}] = true
			}
		}
	}
	for kind := range registered {
		if !strings.HasPrefix(kind, "mosaic-database:") && !strings.HasPrefix(kind, "pulumi:providers:") {
			assert.Contains(t, places, kind, "it has no place in the picture")
		}
	}
	for kind := range places {
		assert.True(t, registered[kind], "nothing registers %s", kind)
	}
	for _, need := range pictures.Needs() {
		assert.True(t, needed[need], "%s does not depend on %s", need.From, need.To)
	}
	prod := recorder.Up(t, "prod", recorder.StackFile(t, "prod")).Registrations
	for _, use := range pictures.Uses() {
		assert.True(t, slices.ContainsFunc(prod, func(one recorder.Registration) bool {
			return one.Type == use.Type && strings.Contains(fmt.Sprint(one.Inputs), use.Reads)
		}), "no %s says %s", use.Type, use.Reads)
	}
	pictures.Check(t, "system", pictures.System())
}
