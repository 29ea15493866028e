//go:build prove

package tests

import "testing"

// The proofs take minutes; they are no tests of every day, so that nothing of those is ever skipped. just prove runs them.

func TestTransitions(t *testing.T) { proveTransitions(t) }

func TestFaults(t *testing.T) { proveFaults(t) }
