package svg

import (
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTextCanBeReadOnEveryFill: the contrast is at least 4.5 to 1, which WCAG 2 asks for text (success criterion 1.4.3).
func TestTextCanBeReadOnEveryFill(t *testing.T) {
	for _, ink := range inks() {
		for _, fill := range fills() {
			assert.GreaterOrEqual(t, contrast(t, ink.light, fill.light), 4.5, "%s on %s, light", ink.class, fill.class)
			assert.GreaterOrEqual(t, contrast(t, ink.dark, fill.dark), 4.5, "%s on %s, dark", ink.class, fill.class)
		}
	}
}

func contrast(t *testing.T, one, other string) float64 {
	t.Helper()
	a, b := luminance(t, one), luminance(t, other)
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

// luminance is the relative luminance that WCAG 2 defines.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		part, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		require.NoError(t, err)
		linear := float64(part) / 255 / 12.92
		if s := float64(part) / 255; s > 0.04045 {
			linear = math.Pow((s+0.055)/1.055, 2.4)
		}
		sum += weight * linear
	}
	return sum
}

func TestProblems(t *testing.T) {
	good := New(200, "A title", "What it shows.")
	good.Heading()
	good.Text(Point{20, 80}, "ink", "a < b & c")
	assert.Empty(t, good.Problems())

	bad := New(200, "A title", "")
	bad.Text(Point{20, 80}, "ink", "one upon the other")
	bad.Text(Point{30, 82}, "ink", "beyond the edge of a narrow picture")
	bad.Label(Box{X: 20, Y: 120, W: 40}, "plain", "a long line")
	assert.Equal(t, []string{
		`"one upon the other" and "beyond the edge of a narrow picture" lie upon one another`,
		`"beyond the edge of a narrow picture" is beyond the edge`, `"a long line" is wider than its box`, "no title, or no description",
	}, bad.Problems())
}

func TestWrap(t *testing.T) {
	assert.Equal(t, []string{"one two", "three"}, Wrap("one two three", 10, 50))
}
