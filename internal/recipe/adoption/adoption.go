// Package adoption takes a database that exists into the state of a stack, without changing it.
package adoption

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/awscli"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/existing"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/stackfile"
)

// Options are the flags of the recipe.
type Options struct {
	Yes                 bool   // do not ask before importing
	Instance            string // identifier; "": the one of the configuration
	CloudFormationStack string // that made the instance; "": the instance is known by its identifier
	Secret              string // name or ARN of the secret with the password; "": the one of this program's name, or of the CloudFormation stack
}

// adoption is one run of the recipe.
type adoption struct {
	ctx    context.Context
	recipe *run.Recipe
	stack  string
	target pipeline.Target
	aws    *awscli.CLI
	ask    existing.Ask
	found  *Found

	imported []string // ids
}

// Run runs the recipe for a stack. It changes the stack file and the state, and nothing in AWS or in the cluster. Where it was interrupted,
// it is run again.
func Run(ctx context.Context, recipe *run.Recipe, stack string, options Options) error {
	a := &adoption{ctx: ctx, recipe: recipe, stack: stack}
	var err error
	if a.aws, a.target, err = awscli.Open(ctx, recipe, stack); err != nil {
		return err
	}
	a.ask = remembering(a.aws.Find)
	outputs, err := a.output(project{}, "stack", "output", "--json")
	if err != nil {
		return err
	}
	if strings.Contains(outputs, `"instanceIdentifier"`) {
		return fmt.Errorf("%s has its instance already: this stack was deployed", stack)
	}
	if a.found, err = look(a.aws, a.target, options); err != nil {
		return err
	}
	if a.found.Configured, err = a.configured(); err != nil {
		return err
	}
	name := a.found.Instance.DBInstanceIdentifier
	if obstacles := a.found.Obstacles(); len(obstacles) > 0 {
		return fmt.Errorf("%s cannot be taken over as it is:\n  - %s", name, strings.Join(obstacles, "\n  - "))
	}
	if err := a.announce(); err != nil {
		return err
	}
	if !options.Yes {
		if err := recipe.Ask(ctx, fmt.Sprintf("Write this into Pulumi.%s.yaml, and import %s into the state of %s? Nothing in AWS changes.", stack, name, stack)); err != nil {
			return err
		}
	}
	if err := a.edit(project{}); err != nil {
		return err
	}
	if _, err := a.importAll(project{}); err != nil {
		return fmt.Errorf("%w\n  run it again, with the same options: just db-adopt %s", err, stack)
	}
	recipe.Say("%s is in the state of %s; commit Pulumi.%s.yaml, and continue with: just db-deploy %s", name, stack, stack, stack)
	return nil
}

// announce prints what was found, what is written into the stack file, and what the first up would change. It finds that out in a copy of
// the project with a state of its own.
func (a *adoption) announce() error {
	name := a.found.Instance.DBInstanceIdentifier
	a.recipe.Say("found %s, made %s; rehearsing its import", name, a.found.Instance.Origin())
	rehearsal, err := a.copyProject()
	if err != nil {
		return err
	}
	if err := a.edit(rehearsal); err != nil {
		return err
	}
	plan, err := a.importAll(rehearsal)
	if err != nil {
		return err
	}
	if refused := plan.refused(existing.TypeInstance+" "+name, typeSubnetGroup+" "+naming.Instance(a.target.Environment), typePassword+" "+a.found.passwordName()); len(refused) > 0 {
		return fmt.Errorf("the first up would not leave everything in place; nothing was imported:\n  - %s", strings.Join(refused, "\n  - "))
	}
	fmt.Fprintf(os.Stderr, "\nPulumi.%s.yaml gets:\n", a.stack)
	for _, setting := range a.found.Settings() {
		fmt.Fprintf(os.Stderr, "  %s: %s\n", setting.Key, setting.Value)
	}
	fmt.Fprintf(os.Stderr, "\nThe first up then\n%s", strings.Join(plan.lines(), ""))
	a.list("The new parameter group differs from the present one in:", a.found.reparameterized(plan.inputs(typeParameters, name)))
	a.list("These are not imported. They stay, and nothing of this stack uses them after the up:", a.found.Left(append(a.imported, name)))
	a.list("In the cluster there are already:", a.objects())
	fmt.Fprintln(os.Stderr)
	return nil
}

func (a *adoption) list(title string, lines []string) {
	if len(lines) > 0 {
		fmt.Fprintf(os.Stderr, "\n%s\n  %s\n", title, strings.Join(lines, "\n  "))
	}
}

// configured reads what the stack file says.
func (a *adoption) configured() (Configured, error) {
	text, err := a.output(project{}, "config", "--json")
	if err != nil {
		return Configured{}, err
	}
	var values map[string]struct{ Value string }
	if err := json.Unmarshal([]byte(text), &values); err != nil {
		return Configured{}, fmt.Errorf("reading the configuration: %w", err)
	}
	var database struct{ Credentials config.Credentials }
	_ = json.Unmarshal([]byte(values[config.Key("database")].Value), &database) // the program says what is wrong
	return Configured{Delivery: config.Delivery(values[config.Key("delivery")].Value), Credentials: database.Credentials}, nil
}

// edit writes into the stack file of a project what the instance is like.
func (a *adoption) edit(where project) error {
	args := []string{"config", "set-all", "--path"}
	file := stackfile.File{Recipe: a.recipe, Stack: a.stack}
	for _, setting := range a.found.Settings() {
		if err := file.Keeps(setting.Key); err != nil {
			return err
		}
		args = append(args, "--plaintext", "mosaic-database:"+setting.Key+"="+setting.Value)
	}
	_, err := a.output(where, args...)
	return err
}

// output runs a command of the CLI on the stack and returns its standard output. If it fails, the error has what the CLI says.
func (a *adoption) output(where project, args ...string) (string, error) {
	stdout, stderr, err := a.recipe.Capture(a.ctx, a.pulumi(where, args...))
	var exit *exec.ExitError
	if errors.As(err, &exit) && a.ctx.Err() == nil {
		return "", fmt.Errorf("pulumi %s failed: %s", args[0], cmp.Or(failures(stdout), strings.TrimSpace(stderr+"\n"+stdout)))
	}
	return stdout, err
}

func (a *adoption) pulumi(where project, args ...string) *exec.Cmd {
	cmd := run.Command("pulumi", append(args, "--stack", a.stack, "--non-interactive")...)
	cmd.Dir, cmd.Env = where.dir, append(os.Environ(), where.env...)
	return cmd
}
