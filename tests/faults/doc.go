// Package faults proves docs/faults.md on the real engine: what fails, drifts, is removed or is printed loses no data and
// leaks no password. It takes minutes, so its tests are there with the tag prove alone.
package faults
