package pricelist

import (
	"maps"
	"slices"

	"github.com/mosaic-stories/mosaic-database/internal/cost/prices"
)

// change is a price that differs from the table's.
type change struct {
	region   string
	figure   figure
	was, now float64 // USD; 0: the table had none, or the list has none
}

// merge puts a list that was read on a day into the prices of its region. What the list lacks stays as it was, with its source.
func merge(old prices.Region, l list, today string) (prices.Region, []change) {
	m := merging{list: l, old: old, region: prices.Region{
		Sources: maps.Clone(old.Sources), InstanceHour: maps.Clone(old.InstanceHour), Item: maps.Clone(old.Item),
	}}
	if old.Sources == nil {
		m.region = prices.Region{Sources: map[string]prices.Source{}, InstanceHour: map[string]prices.InstanceHour{}, Item: map[string]prices.Item{}}
	}
	if former, ok := old.Sources[l.service]; ok {
		m.former = l.service + " of " + former.Date
		m.region.Sources[m.former] = former
	}
	m.region.Sources[l.service] = prices.Source{What: "AWS's price list, published " + l.published, Date: today}
	if l.service == rds {
		m.classes()
	}
	for _, item := range l.items {
		if item.service == l.service {
			m.item(item.name)
		}
	}
	m.forgetSources()
	return m.region, m.changes
}

type merging struct {
	list
	old, region prices.Region
	former      string // the source of what an earlier list had and this one lacks
	changes     []change
}

func (m *merging) note(f figure, was, now float64) {
	if was != now {
		m.changes = append(m.changes, change{m.list.region, f, was, now})
	}
}

func (m *merging) classes() {
	names := map[string]bool{}
	for name := range m.old.InstanceHour {
		names[name] = true
	}
	for f := range m.prices {
		if f.deployment != "" {
			names[f.name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		was := m.old.InstanceHour[name]
		now := m.class(name, was)
		m.noteHalf(figure{name, singleAZ}, was.SingleAz, now.SingleAz)
		m.noteHalf(figure{name, multiAZ}, was.MultiAz, now.MultiAz)
		if now.SingleAz != 0 {
			m.region.InstanceHour[name] = now
		}
	}
}

// class is the price of a class: both halves of the list, or both as they were, because their difference is the price of a standby.
func (m *merging) class(name string, was prices.InstanceHour) prices.InstanceHour {
	single, multi := figure{name, singleAZ}, figure{name, multiAZ}
	now := prices.InstanceHour{SingleAz: m.prices[single], MultiAz: m.prices[multi], Sources: []string{m.service}}
	odd := m.odd[single] != "" || m.odd[multi] != ""
	if odd || now.SingleAz == 0 || now.MultiAz == 0 && was.MultiAz != 0 {
		was.Sources = m.kept(was.Sources)
		return was
	}
	return now
}

// noteHalf notes what becomes of one half of the price of a class, and what the list lacks.
func (m *merging) noteHalf(f figure, was, now float64) {
	if m.prices[f] == 0 && m.odd[f] == "" {
		now = 0
	}
	m.note(f, was, now)
}

func (m *merging) item(name string) {
	was, had := m.old.Item[name]
	f := figure{name, ""}
	now, has := m.prices[f]
	if m.odd[f] == "" {
		m.note(f, was.USD, now)
	}
	switch {
	case has:
		m.region.Item[name] = prices.Item{USD: now, Sources: []string{m.service}}
	case had:
		was.Sources = m.kept(was.Sources)
		m.region.Item[name] = was
	}
}

// kept are the sources of a price that the list lacks: an earlier list stays a source, with its own date.
func (m *merging) kept(sources []string) []string {
	kept := slices.Clone(sources)
	for i, source := range kept {
		if source == m.service {
			kept[i] = m.former
		}
	}
	return kept
}

// forgetSources removes the sources of which no price is left.
func (m *merging) forgetSources() {
	used := map[string]bool{}
	for _, p := range m.region.InstanceHour {
		for _, source := range p.Sources {
			used[source] = true
		}
	}
	for _, p := range m.region.Item {
		for _, source := range p.Sources {
			used[source] = true
		}
	}
	maps.DeleteFunc(m.region.Sources, func(name string, _ prices.Source) bool { return !used[name] })
}
