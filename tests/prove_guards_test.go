//go:build prove_guards

package tests

import "testing"

// TestGuards takes half an hour. just prove-guards runs it.
func TestGuards(t *testing.T) { proveGuards(t) }
