package tests

import (
	"fmt"
	"strings"
	"testing"
)

// guardsTables are the generated part of docs/guards.md.
func guardsTables(*testing.T) string {
	var out strings.Builder
	all, proved := guards(), map[string]bool{}
	for _, g := range all {
		for _, row := range g.rows {
			proved[row] = true
		}
	}
	changes, refusals, faults := 0, 0, 0
	for _, row := range transitions() {
		if proved[row.path()] {
			changes++
			if row.refused != "" {
				refusals++
			}
		}
	}
	for row := range proved {
		if strings.HasPrefix(row, "TestFaults/") {
			faults++
		}
	}
	fmt.Fprintf(&out, "%d guards are taken out, and %d rows and tests fail: %d changes of transitions.md, all %d refusals among them,\n"+
		"%d rows of faults.md, and %d tests.\n", len(all), len(proved), changes, refusals, faults, len(proved)-changes-faults)
	var rows [][]string
	for i, g := range all {
		var names []string
		for _, row := range g.rows {
			names = append(names, short(row))
		}
		rows = append(rows, []string{g.what, "`" + g.file + "`", strings.Join(names, "; ")})
		if i+1 == len(all) || all[i+1].part != g.part {
			fmt.Fprintf(&out, "\n### %s (%d)\n\n%s", g.part, len(rows), markdown([]string{"guard", "where", "what fails without it"}, rows))
			rows = nil
		}
	}
	for _, o := range ofOthers() {
		rows = append(rows, []string{o.row, o.why})
	}
	fmt.Fprintf(&out, "\n### Rows without a guard of this program (%d)\n\n%s", len(rows), markdown([]string{"row of docs/faults.md", "whose doing it is"}, rows))
	return strings.TrimSuffix(out.String(), "\n")
}

// short is the name of a row without the tests around it.
func short(row string) string {
	keys := strings.NewReplacer(keyOne, "key 1", keyTwo, "key 2")
	parts := strings.SplitN(row, "/", 4)
	if len(parts) < 3 {
		return "`" + row + "`"
	}
	if parts[0] == "TestTransitions" {
		return keys.Replace(parts[3])
	}
	return strings.TrimPrefix(strings.TrimPrefix(parts[3], "case/"), "operation/")
}
