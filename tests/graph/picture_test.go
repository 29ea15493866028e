package graph

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/pictures"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// need is that something in one part of the picture depends on something in another one.
type need struct{ from, to string }

func needs(registrations []recorder.Registration, places map[string]string) map[need]bool {
	all := map[need]bool{}
	for _, one := range registrations {
		for _, key := range one.DependsOn {
			kind, _, _ := strings.Cut(key, "::")
			if from, to := places[one.Type], places[kind]; from != "" && to != "" && from != to {
				all[need{from, to}] = true
			}
		}
	}
	return all
}

// follows tells whether arrows lead from the one to the other, by others than those that it has seen.
func follows(one need, drawn, seen map[need]bool) bool {
	for arrow := range drawn {
		if arrow.from != one.from || seen[arrow] {
			continue
		}
		seen[arrow] = true
		if arrow.to == one.to || follows(need{arrow.to, one.to}, drawn, seen) {
			return true
		}
	}
	return false
}

// TestPictureOfTheSystem: each type that a stack registers has its place in the picture, each solid arrow is a dependency, and those of
// prod have one or follow from them. Each dashed arrow is in the inputs of a resource of prod.
func TestPictureOfTheSystem(t *testing.T) {
	places := map[string]string{}
	for _, part := range pictures.Parts() {
		for _, kind := range part.Types {
			require.NotContains(t, places, kind)
			places[kind] = part.Name
		}
	}
	needed, registered := map[need]bool{}, map[string]bool{}
	for _, v := range variants(t) {
		registrations := recorder.Up(t, v.stack, v.values).Registrations
		maps.Copy(needed, needs(registrations, places))
		for _, one := range registrations {
			registered[one.Type] = true
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
	drawn := map[need]bool{}
	for _, arrow := range pictures.Needs() {
		assert.True(t, needed[need{arrow.From, arrow.To}], "%s does not depend on %s", arrow.From, arrow.To)
		drawn[need{arrow.From, arrow.To}] = true
	}
	prod := recorder.Up(t, "prod", recorder.StackFile(t, "prod")).Registrations
	for one := range needs(prod, places) {
		assert.True(t, one.from == "Pulumi" || one.to == "Pulumi" || follows(one, drawn, map[need]bool{}), "no arrow leads from %s to %s", one.from, one.to)
	}
	for _, use := range pictures.Uses() {
		for kind, reads := range use.Reads {
			assert.True(t, slices.ContainsFunc(prod, func(one recorder.Registration) bool {
				return one.Type == kind && strings.Contains(fmt.Sprint(one.Inputs), reads)
			}), "no %s says %s", kind, reads)
		}
	}
	pictures.Check(t, "system", pictures.System())
}
