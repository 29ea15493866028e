// Package faults proves docs/why/faults.md on the real engine: no failure, drift or removal loses data, and no output leaks a password. Its
// tests take minutes, so they need the build tag prove.
package faults
