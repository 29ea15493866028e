package cost

// Change is an item that costs something else than before, or is another one for the same.
type Change struct {
	Item     string
	Old, New *Line // nil: there was none, or is none
}

// Difference is what the change adds, in USD a month; false where a price on either side is not known.
func (c Change) Difference() (float64, bool) {
	difference := 0.0
	if c.New != nil {
		if !c.New.Known {
			return 0, false
		}
		difference = c.New.Monthly
	}
	if c.Old != nil {
		if !c.Old.Known {
			return 0, false
		}
		difference -= c.Old.Monthly
	}
	return difference, true
}

// Changes compares an estimate with the lines of an earlier one, item by item: first what there is, in its order, then
// what is gone.
func Changes(before []Line, now Estimate) []Change {
	old := map[string]*Line{}
	for i := range before {
		old[before[i].Item] = &before[i]
	}
	var changes []Change
	for i := range now.Lines {
		line := &now.Lines[i]
		was := old[line.Item]
		delete(old, line.Item)
		if was == nil || was.Detail != line.Detail || was.Known != line.Known || cents(was.Monthly) != cents(line.Monthly) {
			changes = append(changes, Change{Item: line.Item, Old: was, New: line})
		}
	}
	for i := range before {
		if gone := old[before[i].Item]; gone != nil {
			changes = append(changes, Change{Item: gone.Item, Old: gone})
		}
	}
	return changes
}

// cents is an amount as it is shown; less is no difference.
func cents(usd float64) int { return int(usd*100 + 0.5) }
