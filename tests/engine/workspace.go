package engine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// The content of an environment's folder.
const (
	lockFile  = "lock"       // locked by the process that uses the folder
	cloudFile = "cloud.json" // the simulated cloud
	stateDir  = "state"      // the engine's state, a file backend
	workDir   = "work"       // copies of the project file and the stack file
	homeDir   = "home"       // the CLI's own settings and logs
)

// passphrase encrypts the secrets in the state. It is no secret itself, because it protects only simulated values.
const passphrase = "simulated"

// CloudIn is the simulated cloud in the folder of an environment, as it is now, for reading. Another process may be changing it.
func CloudIn(dir string) (*simcloud.Cloud, error) {
	return simcloud.Open(filepath.Join(dir, cloudFile))
}

// openCloud loads the simulated cloud, and starts the servers of its providers and of the program.
func (e *Environment) openCloud() (err error) {
	if e.Cloud, err = CloudIn(e.opts.Dir); err != nil {
		return err
	}
	if e.opts.AccountID != "" {
		e.Cloud.AccountID = e.opts.AccountID
	}
	if e.server, err = e.Cloud.Serve(); err != nil {
		return err
	}
	run := inProcess(e.opts.Program)
	if e.opts.Binary != "" {
		run = Process(e.opts.Binary)
	}
	e.language, err = ServeLanguage(run)
	return err
}

// openStack creates the workspace, and selects the stack or creates it.
func (e *Environment) openStack(ctx context.Context) error {
	work := filepath.Join(e.opts.Dir, workDir)
	state := filepath.Join(e.opts.Dir, stateDir)
	home := filepath.Join(e.opts.Dir, homeDir)
	for _, dir := range []string{work, state, home} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	// The CLI writes logs, and does without if it cannot.
	logs := filepath.Join(home, "logs")
	if err := errors.Join(os.RemoveAll(logs), os.WriteFile(logs, nil, 0o600)); err != nil {
		return err
	}
	workspace, err := auto.NewLocalWorkspace(ctx, auto.Pulumi(e.cli), auto.WorkDir(work), auto.EnvVars(e.environ(state)))
	if err != nil {
		return err
	}
	if err := e.copyFiles(ctx, workspace); err != nil {
		return err
	}
	if err := e.selectStack(ctx, workspace); err != nil {
		return e.cli.explain(err)
	}
	// This process has locked the folder, so a lock in the state is left over from an interrupted run.
	locks, err := filepath.Glob(filepath.Join(state, ".pulumi", "locks", "*", "*", "*", "*"))
	if err != nil || len(locks) == 0 {
		return err
	}
	return e.cli.explain(e.stack.Cancel(ctx))
}

// copyFiles copies the project file and the stack file into the work folder. It replaces the secrets provider of the stack file by the
// passphrase and leaves out encrypted values, because only the team's keys decrypt them.
func (e *Environment) copyFiles(ctx context.Context, workspace auto.Workspace) error {
	from := e.opts.Project
	if e.opts.From != "" {
		from = workspace.WorkDir()
	}
	for _, name := range []string{"Pulumi.yaml", "Pulumi." + e.opts.Stack + ".yaml"} {
		content, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(workspace.WorkDir(), name), content, 0o600); err != nil {
			return err
		}
	}
	project, err := workspace.ProjectSettings(ctx)
	if err != nil {
		return err
	}
	e.project = string(project.Name)
	settings, err := workspace.StackSettings(ctx, e.opts.Stack)
	if err != nil {
		return err
	}
	if err := dropEncrypted(settings.Config); err != nil {
		return err
	}
	settings.SecretsProvider, settings.EncryptedKey, settings.EncryptionSalt = "", "", ""
	return workspace.SaveStackSettings(ctx, e.opts.Stack, settings)
}

// environ are environment variables of the CLI, in addition to those of this process. It unsets all other variables of Pulumi, such as a
// token, another backend or another stack.
func (e *Environment) environ(state string) map[string]string {
	env := map[string]string{}
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "PULUMI_") {
			env[name] = ""
		}
	}
	env["PULUMI_HOME"] = filepath.Join(e.opts.Dir, homeDir)
	// metadata=skip: no attribute files beside each file. The backend writes them in two steps, and a reader between the steps, or after
	// a kill there, would get "EOF".
	env["PULUMI_BACKEND_URL"] = "file://" + filepath.ToSlash(state) + "?metadata=skip"
	env["PULUMI_CONFIG_PASSPHRASE"] = passphrase
	env["PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS"] = "true"
	env["PULUMI_CREDENTIAL_STORE"] = "plaintext"
	env["PULUMI_DEBUG_LANGUAGES"] = e.language.Env()
	env["PULUMI_DEBUG_PROVIDERS"] = e.server.Env()
	env["PULUMI_DEBUG_COMMANDS"] = "true" // required by the flag with which the Automation API reads events
	env["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true"
	env["PULUMI_IGNORE_AMBIENT_PLUGINS"] = "true"
	env["PULUMI_SKIP_UPDATE_CHECK"] = "true"
	if e.opts.Quick {
		env["PULUMI_SKIP_CHECKPOINTS"] = "true"
	}
	return env
}
