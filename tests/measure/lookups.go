package main

import (
	"context"
	"fmt"
	"time"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// roundTrip is how long each lookup in the simulated cloud takes. It is long, so that nothing else in a preview counts beside it.
const roundTrip = time.Second

// lookups measures how much longer a preview takes where each lookup takes a second: how many of them follow one another.
func lookups(ctx context.Context, runs int) error {
	s, err := up(ctx, module, stack.Deploy)
	if err != nil {
		return err
	}
	defer s.Close()
	fmt.Println("| preview of prod | lookups | one after the other |\n| --- | --- | --- |")
	for range runs {
		s.Cloud.Takes = nil
		near, err := s.timed(ctx)
		if err != nil {
			return err
		}
		var asked int
		before := len(s.Cloud.Log())
		s.Cloud.Takes = func(op simcloud.Operation) {
			if op.Op == "invoke" {
				time.Sleep(roundTrip)
			}
		}
		far, err := s.timed(ctx)
		if err != nil {
			return err
		}
		for _, op := range s.Cloud.Log()[before:] {
			if op.Op == "invoke" {
				asked++
			}
		}
		fmt.Printf("| nothing changed | %d | %.1f |\n", asked, float64(far-near)/float64(roundTrip))
	}
	return nil
}

// timed is how long a preview by the CLI takes, with the program in this process.
func (s *subject) timed(ctx context.Context) (time.Duration, error) {
	begun := time.Now()
	_, err := s.Preview(ctx)
	return time.Since(begun), err
}
