// Package sql has the statements of the recipes, for what runs them in the cluster too.
package sql

import "embed"

//go:embed *.sql
var files embed.FS

// Text is a file's content, such as that of switch-close.sql. It panics without such a file: which ones there are is known when this is compiled.
func Text(name string) string {
	content, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return string(content)
}
