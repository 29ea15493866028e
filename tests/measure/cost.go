package main

import (
	"cmp"
	"fmt"
	"slices"
	"syscall"
	"time"
)

// cost is the time that something took.
type cost struct {
	cpu  time.Duration // user and system, of all processes
	wall time.Duration
}

func (c cost) String() string {
	return fmt.Sprintf("%.2f s | %.2f s", c.cpu.Seconds(), c.wall.Seconds())
}

// costOf measures the processes that a call starts and waits for, including their children. It does not include this process, which
// runs the simulated cloud.
func costOf(call func() error) (cost, error) {
	before, start := children(), time.Now()
	err := call()
	return cost{cpu: children() - before, wall: time.Since(start)}, err
}

func children() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// median is the median of each figure.
func median(all []cost) cost {
	middle := func(of func(cost) time.Duration) time.Duration {
		sorted := slices.SortedFunc(slices.Values(all), func(a, b cost) int { return cmp.Compare(of(a), of(b)) })
		return of(sorted[len(sorted)/2])
	}
	return cost{
		cpu:  middle(func(c cost) time.Duration { return c.cpu }),
		wall: middle(func(c cost) time.Duration { return c.wall }),
	}
}

// times is the ratio to another cost, in CPU time and wall time.
func (c cost) times(other cost) string {
	return fmt.Sprintf("%.2f | %.2f", c.cpu.Seconds()/other.cpu.Seconds(), c.wall.Seconds()/other.wall.Seconds())
}

// span is the smallest and the largest ratio of CPU times between runs of two programs, run by run.
func span(these, those []cost) (least, most string) {
	var times []float64
	for n := range these {
		times = append(times, these[n].cpu.Seconds()/those[n].cpu.Seconds())
	}
	return fmt.Sprintf("%.2f", slices.Min(times)), fmt.Sprintf("%.2f", slices.Max(times))
}
