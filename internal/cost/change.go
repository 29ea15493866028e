package cost

// LineChange is an item whose cost or detail differs between two estimates.
type LineChange struct {
	Item     string
	Old, New *Line // nil: the item is not in that estimate
}

// Difference is what the change adds, in USD a month; false if the price of either line is not known.
func (c LineChange) Difference() (float64, bool) {
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

// Changes compares an estimate with the lines of an earlier one, item by item. Items that are gone come last.
func Changes(before []Line, now Estimate) []LineChange {
	old := map[string]*Line{}
	for i := range before {
		old[before[i].Item] = &before[i]
	}
	var changes []LineChange
	for i := range now.Lines {
		line := &now.Lines[i]
		was := old[line.Item]
		delete(old, line.Item)
		if was == nil || was.Detail != line.Detail || was.Known != line.Known || cents(was.Monthly) != cents(line.Monthly) {
			changes = append(changes, LineChange{Item: line.Item, Old: was, New: line})
		}
	}
	for i := range before {
		if gone := old[before[i].Item]; gone != nil {
			changes = append(changes, LineChange{Item: gone.Item, Old: gone})
		}
	}
	return changes
}

// cents is an amount in whole cents, as it is shown. A smaller difference does not count.
func cents(usd float64) int { return int(usd*100 + 0.5) }
