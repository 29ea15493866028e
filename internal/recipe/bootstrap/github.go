package bootstrap

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

// repository is a repository on GitHub, under both names that the subject of a token may have, in GitHub's spelling: to a trust
// policy, Acme is not acme.
type repository struct {
	name     string // owner/name
	numbered string // the same with both ids
}

var written = regexp.MustCompile(`^[A-Za-z0-9_-]+/[A-Za-z0-9._-]+$`)

// findRepository asks GitHub for the names.
func findRepository(ctx context.Context, recipe *run.Recipe, asked string) (repository, error) {
	if err := recipe.Need("gh", "see https://cli.github.com; GitHub's tokens have the ids of the repository in them"); err != nil {
		return repository{}, err
	}
	if !written.MatchString(asked) || strings.HasSuffix(asked, ".git") {
		return repository{}, fmt.Errorf("a repository on GitHub is written owner/name, as in acme/database, and not %s", asked)
	}
	var answer struct {
		ID       json.Number
		Name     string
		FullName string `json:"full_name"`
		Owner    struct {
			ID    json.Number
			Login string
		}
	}
	found, err := github(ctx, recipe, "repos/"+asked, &answer)
	if err != nil {
		return repository{}, err
	}
	if !found || answer.FullName == "" {
		return repository{}, fmt.Errorf("GitHub shows no repository %s to this login; check the name, and with gh auth status who is logged in", asked)
	}
	r := repository{
		name:     answer.FullName,
		numbered: fmt.Sprintf("%s@%s/%s@%s", answer.Owner.Login, answer.Owner.ID, answer.Name, answer.ID),
	}
	if asked != r.name {
		recipe.Say("GitHub calls it %s", r.name)
	}
	return r, r.checkSubject(ctx, recipe)
}

// checkSubject refuses a repository whose tokens have another subject than the trust policies compare them with.
func (r repository) checkSubject(ctx context.Context, recipe *run.Recipe) error {
	var subject struct {
		UseDefault *bool           `json:"use_default"`
		Claims     json.RawMessage `json:"include_claim_keys"`
		Prefix     string          `json:"sub_claim_prefix"`
	}
	// An older GitHub has no setting for it.
	found, err := github(ctx, recipe, "repos/"+r.name+"/actions/oidc/customization/sub", &subject)
	if err != nil || !found {
		return err
	}
	if subject.UseDefault != nil && !*subject.UseDefault {
		return fmt.Errorf("the tokens of %[1]s have a subject made of %[2]s, and the trust policies compare GitHub's own; "+
			"go back to it: gh api --method PUT repos/%[1]s/actions/oidc/customization/sub --field use_default=true", r.name, compact(string(subject.Claims)))
	}
	if subject.Prefix != "" && subject.Prefix != "repo:"+r.name && subject.Prefix != "repo:"+r.numbered {
		return fmt.Errorf("the subjects of the tokens of %[1]s begin with %[2]s, and the trust policies would expect repo:%[1]s or repo:%[3]s",
			r.name, subject.Prefix, r.numbered)
	}
	return nil
}

// github asks GitHub's API, and tells whether it knows of that.
func github(ctx context.Context, recipe *run.Recipe, path string, answer any) (found bool, err error) {
	text, said, err := recipe.Said(ctx, run.Command("gh", "api", "--hostname", "github.com", path))
	var failed *exec.ExitError
	switch {
	case err == nil:
		return true, json.Unmarshal([]byte(text), answer)
	case ctx.Err() != nil:
		return false, err
	case errors.As(err, &failed) && failed.ExitCode() == 4:
		return false, errors.New("gh is not logged in to GitHub; run: gh auth login")
	case strings.Contains(said, "HTTP 404"):
		return false, nil
	}
	return false, fmt.Errorf("GitHub does not answer: %s", said)
}
