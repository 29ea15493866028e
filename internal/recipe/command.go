package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/adoption"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/bootstrap"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/gitops"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/pricelist"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/recovery"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/stackfile"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/steps"
)

// newCommand is the command line, with a subcommand for each script that calls it.
func newCommand(recipe *run.Recipe) *cobra.Command {
	root := &cobra.Command{
		Use:               "recipe VERB",
		Short:             "Do what the scripts of this repository leave to a program",
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		SilenceErrors:     true,
		SilenceUsage:      true,
	}
	root.AddCommand(bootstrapCommand(recipe), adoptCommand(recipe), recoverCommand(recipe), editCommand(recipe), changeCommand(recipe), copyCommand(), valuesCommand(), pricesCommand(recipe), cataloguesCommand(recipe))
	root.AddCommand(workflowCommands(recipe)...)
	return root
}

func bootstrapCommand(recipe *run.Recipe) *cobra.Command {
	var options bootstrap.Options
	cmd := &cobra.Command{
		Use:   "bootstrap STACK REPOSITORY",
		Short: "Make what a stack and its pipeline need in an empty account",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return bootstrap.Run(cmd.Context(), recipe, args[0], args[1], options)
		},
	}
	cmd.Flags().BoolVar(&options.Yes, "yes", false, "answer the question beforehand")
	cmd.Flags().BoolVar(&options.ApprovePreviews, "approve-previews", false, "make the previews of pull requests wait for an approval")
	cmd.Flags().BoolVar(&options.OpenPreviews, "open-previews", false, "run the previews of pull requests without an approval again")
	return cmd
}

func adoptCommand(recipe *run.Recipe) *cobra.Command {
	var options adoption.Options
	cmd := step("adopt STACK", "Take over a database that exists", func(cmd *cobra.Command, args []string) error {
		return adoption.Run(cmd.Context(), recipe, args[0], options)
	})
	cmd.Flags().BoolVar(&options.Yes, "yes", false, "answer the question beforehand")
	cmd.Flags().StringVar(&options.Instance, "instance", "", "identifier of the instance, if another tool named it")
	cmd.Flags().StringVar(&options.CloudFormationStack, "cloudformation-stack", "", "CloudFormation stack that made the instance")
	cmd.Flags().StringVar(&options.Secret, "secret", "", "secret with the password, if it has another name")
	return cmd
}

func recoverCommand(recipe *run.Recipe) *cobra.Command {
	var options recovery.Options
	cmd := step("recover STACK", "Go on after a run of Pulumi that was killed", func(cmd *cobra.Command, args []string) error {
		return recovery.Run(cmd.Context(), recipe, args[0], options)
	})
	cmd.Flags().BoolVar(&options.Yes, "yes", false, "answer the question beforehand")
	return cmd
}

func editCommand(recipe *run.Recipe) *cobra.Command {
	return &cobra.Command{
		Use:   "edit STACK EDIT...",
		Short: "Change a stack file: key=value sets a key, key- removes it, key+ adds one to its number",
		Args:  cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			edits, err := stackfile.ParseEdits(args[1:])
			if err != nil {
				return err
			}
			file := stackfile.File{Recipe: recipe, Stack: args[0]}
			for _, edit := range edits {
				if _, err := file.Apply(cmd.Context(), edit); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func changeCommand(recipe *run.Recipe) *cobra.Command {
	var change stackfile.Change
	cmd := &cobra.Command{
		Use:   "change STACK EDIT...",
		Short: "Change a stack file and run pulumi up, or neither",
		Long:  "Change a stack file and run pulumi up, or neither.\nExit code 3: nothing was changed.",
		Args:  cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			change.File = stackfile.File{Recipe: recipe, Stack: args[0]}
			if change.Edits, err = stackfile.ParseEdits(args[1:]); err != nil {
				return err
			}
			return change.Do(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&change.What, "what", "", "what the change does, for the user")
	cmd.Flags().StringVar(&change.Unchanged, "unchanged", "there is nothing to change", "what to say if the stack file has these values already")
	cmd.Flags().BoolVar(&change.Yes, "yes", false, "answer Pulumi's question beforehand")
	return cmd
}

func valuesCommand() *cobra.Command {
	var target gitops.Target
	cmd := &cobra.Command{
		Use:   "values STACK FILE",
		Short: "Write the chart's values, which are JSON on standard input, into a file of the GitOps repository",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			target.Stack, target.File = args[0], args[1]
			return target.Write(cmd.InOrStdin())
		},
	}
	cmd.Flags().StringVar(&target.Of, "of", "", "the configuration that has gitops and helmValues: additionalApps.<name>. with the dot, or nothing for app")
	cmd.Flags().StringVar(&target.Key, "key", "", "where a shared file takes the values, as a dot path; a dot is its top")
	return cmd
}

func pricesCommand(recipe *run.Recipe) *cobra.Command {
	update := pricelist.Update{Today: time.Now().UTC().Format(time.DateOnly), Pause: time.Second, Out: os.Stdout, Say: recipe.Say}
	cmd := step("prices FOLDER", "Bring the prices in a folder up to date from AWS's price list, and print what changed", func(cmd *cobra.Command, args []string) error {
		update.Folder = args[0]
		return update.Run(cmd.Context())
	})
	cmd.Flags().StringVar(&update.From, "from", pricelist.AWS, "where the files of the price list are, at the paths that they have at AWS")
	return cmd
}

// workflowCommands are the steps of the pipeline's workflows.
func workflowCommands(recipe *run.Recipe) []*cobra.Command {
	workflow := steps.NewWorkflow(recipe)
	var offline bool
	preview := step("preview STACK", "Report what pulumi up would change, and what that costs", func(cmd *cobra.Command, args []string) error {
		if offline {
			return workflow.PreviewOffline(cmd.Context(), args[0])
		}
		return workflow.Preview(cmd.Context(), args[0])
	})
	preview.Flags().BoolVar(&offline, "offline", false, "preview in a simulated cloud, without credentials")
	comment := step("comment STACK...", "Write the reports on the pull request", func(cmd *cobra.Command, args []string) error {
		return workflow.Comment(cmd.Context(), args)
	})
	comment.Args = cobra.MinimumNArgs(1)
	return []*cobra.Command{preview, comment,
		step("approved STACK", "Refuse pulumi up if it would do more than the approved preview", func(cmd *cobra.Command, args []string) error {
			return workflow.Approved(cmd.Context(), args[0])
		}),
		step("drift STACK", "Compare the stack with the cloud", func(cmd *cobra.Command, args []string) error {
			return workflow.Drift(cmd.Context(), args[0])
		}),
		step("drill STACK", "Run the restore drill and report it in an issue", func(cmd *cobra.Command, args []string) error {
			return workflow.Drill(cmd.Context(), "db-drill", args[0])
		}),
		step("drill-region STACK", "Run the drill of a stack of another region and report it in an issue", func(cmd *cobra.Command, args []string) error {
			return workflow.Drill(cmd.Context(), "db-drill-region", args[0])
		}),
		step("rotate STACK", "Rotate the clients' logins and report what did not work in an issue", func(cmd *cobra.Command, args []string) error {
			return workflow.Rotate(cmd.Context(), args[0])
		}),
		step("target STACK", "Print where the stack is deployed to", func(_ *cobra.Command, args []string) error {
			lines, err := steps.Target(args[0])
			fmt.Print(lines)
			return err
		}),
		step("secrets-provider STACK", "Print the URL of what encrypts the secrets of the stack, if its file names it", func(_ *cobra.Command, args []string) error {
			file, err := config.ReadStackFile(".", args[0])
			if file.SecretsProvider != "" {
				fmt.Println(file.SecretsProvider)
			}
			return err
		}),
	}
}

func step(use, short string, do func(*cobra.Command, []string) error) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: cobra.ExactArgs(1), RunE: do}
}
