package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/stackfile"
)

func copyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "copy STACK OTHER",
		Short: "Write the file of a stack as that of another one, which has none, and print its path",
		Args:  cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			path, err := stackfile.Copy(".", args[0], args[1])
			if err == nil {
				fmt.Println(path)
			}
			return err
		},
	}
}
