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

// repository is a repository on GitHub, in both forms that the subject of a token may have. They are spelled as GitHub spells them,
// because trust policies are case-sensitive.
type repository struct {
	name     string // owner/name
	numbered string // owner@id/name@id
}

// fullName matches owner/name.
var fullName = regexp.MustCompile(`^[A-Za-z0-9_-]+/[A-Za-z0-9._-]+$`)

// findRepository asks GitHub for the spelling and the ids of a repository.
func findRepository(ctx context.Context, recipe *run.Recipe, asked string) (repository, error) {
	if !fullName.MatchString(asked) || strings.HasSuffix(asked, ".git") {
		return repository{}, run.Misused("a repository on GitHub is written owner/name, as in acme/database, and not %s", asked)
	}
	if err := recipe.Need("gh", "see https://cli.github.com; the subjects of GitHub's tokens contain the ids of the repository"); err != nil {
		return repository{}, err
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

// checkSubject fails if the tokens of the repository have another form of subject than the trust policies expect.
func (r repository) checkSubject(ctx context.Context, recipe *run.Recipe) error {
	var subject struct {
		UseDefault *bool           `json:"use_default"`
		Claims     json.RawMessage `json:"include_claim_keys"`
		Prefix     string          `json:"sub_claim_prefix"`
	}
	// Older versions of GitHub do not have this setting.
	found, err := github(ctx, recipe, "repos/"+r.name+"/actions/oidc/customization/sub", &subject)
	if err != nil || !found {
		return err
	}
	if subject.UseDefault != nil && !*subject.UseDefault {
		return fmt.Errorf("the tokens of %[1]s have a custom subject, made of %[2]s, and the trust policies expect GitHub's default; "+
			"go back to the default: gh api --method PUT repos/%[1]s/actions/oidc/customization/sub --field use_default=true", r.name, compact(string(subject.Claims)))
	}
	if subject.Prefix != "" && subject.Prefix != "repo:"+r.name && subject.Prefix != "repo:"+r.numbered {
		return fmt.Errorf("the subjects of the tokens of %[1]s begin with %[2]s, and the trust policies would expect repo:%[1]s or repo:%[3]s",
			r.name, subject.Prefix, r.numbered)
	}
	return nil
}

// github reads a path of GitHub's API. It returns false if GitHub answers 404.
func github(ctx context.Context, recipe *run.Recipe, path string, answer any) (found bool, err error) {
	text, stderr, err := recipe.Capture(ctx, run.Command("gh", "api", "--hostname", "github.com", path))
	var failed *exec.ExitError
	switch {
	case err == nil:
		return true, json.Unmarshal([]byte(text), answer)
	case ctx.Err() != nil:
		return false, err
	case errors.As(err, &failed) && failed.ExitCode() == 4:
		return false, errors.New("gh is not logged in to GitHub; run: gh auth login")
	case strings.Contains(stderr, "HTTP 404"):
		return false, nil
	}
	return false, fmt.Errorf("GitHub does not answer: %s", stderr)
}
