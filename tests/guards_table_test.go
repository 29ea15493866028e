package tests

import (
	"slices"
)

// changes are the rows of the matrix that change these keys; of a key with a refusal, the refusals.
func changes(keys ...string) []string {
	var rows []string
	for _, key := range keys {
		var of []transition
		for _, row := range transitions() {
			if row.key == key {
				of = append(of, row)
			}
		}
		refusals := slices.DeleteFunc(slices.Clone(of), func(row transition) bool { return row.refused == "" })
		if len(refusals) > 0 {
			of = refusals
		}
		for _, row := range of {
			rows = append(rows, row.path())
		}
	}
	return rows
}

// change is the row of the matrix with this title.
func change(title string) string {
	i := slices.IndexFunc(transitions(), func(row transition) bool { return row.String() == title })
	return transitions()[i].path()
}

// faults are rows of a section of docs/faults.md.
func faults(section string, rows ...string) []string {
	var paths []string
	for _, row := range rows {
		paths = append(paths, faultPath(section, row))
	}
	return paths
}

// guards is every guard that can be taken out.
func guards() []guard {
	var all []guard
	for _, of := range []struct {
		part   string
		guards []guard
	}{
		{"What is settled", settledGuards()},
		{"Versions, storage, generations, owners", ruleGuards()},
		{"Protection", protectionGuards()},
		{"What a removal leaves", removalGuards()},
		{"Changes that stay changes", changeGuards()},
		{"Faults", faultGuards()},
		{"Drift", driftGuards()},
		{"Secrets", secretGuards()},
	} {
		for _, g := range of.guards {
			g.part = of.part
			all = append(all, g)
		}
	}
	return all
}

// ofOthers are the rows of docs/faults.md that show what the engine, a provider or AWS does, with no guard of this program
// that could be taken out.
func ofOthers() []struct{ row, why string } {
	return []struct{ row, why string }{
		{"Every resource: create", "the engine goes on from its state"},
		{"Every resource: kill", "the engine's pending operations"},
		{"Every resource: delete", "the engine goes on from its state"},
		{"Everything else that fails: the run is killed while the instance is created", "the engine's lock and its pending operations; RDS, which does not take a name twice"},
		{"Everything else that fails: two runs at once", "the engine's lock"},
		{"Everything else that fails: the cluster cannot be reached", "the provider's message"},
		{"Drift: RDS renews what it computes (latest restorable time)", "the provider's: the property is an output"},
		{"Drift: a tag, changed by hand", "the provider's: it compares all tags"},
		{"Drift: an alarm, deleted", "the engine's refresh"},
		{"Drift: the role's policy, deleted", "the engine's refresh"},
		{"Drift: the ServiceAccount, deleted", "the engine's refresh"},
		{"Drift: the ExternalSecret, deleted", "the engine's refresh"},
		{"Removal: the project is renamed (`pulumi stack rename organization/other/prod`)", "the engine's: it renames the state; nothing but a tag has the project's name"},
		{"Removal: another stack takes prod's environment", "AWS's: it takes no name twice; log groups and secrets stop the run before the instance"},
		{"Removal: the stack is forgotten (`pulumi stack rm --force`)", "the engine's: it asks no provider"},
		{"Secrets: verbose log, -v=9", "the engine's: it shows that the scanner finds what is there"},
		{"Secrets: golden files of the tests", "the tests': TestGraph refuses to write one with the password"},
	}
}
