package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/catalogue"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

func cataloguesCommand(recipe *run.Recipe) *cobra.Command {
	var region string
	cmd := &cobra.Command{
		Use:   "catalogues",
		Short: "Write the catalogues of parameters from RDS's own answers",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return catalogue.Run(cmd.Context(), recipe, region, filepath.Join("internal", "parameters", "families"))
		},
	}
	cmd.Flags().StringVar(&region, "region", "us-east-1", "AWS region that is asked")
	return cmd
}
