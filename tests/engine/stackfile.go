package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

// SettingsFile is the file of a stack, Pulumi.<stack>.yaml. Its methods do what `pulumi config --path` does, without starting the CLI.
type SettingsFile struct {
	path     string
	project  *workspace.Project
	settings *workspace.ProjectStack
}

// OpenSettingsFile reads the file of a stack in the folder of a project.
func OpenSettingsFile(project, stack string) (*SettingsFile, error) {
	file, err := workspace.LoadProject(filepath.Join(project, "Pulumi.yaml"))
	if err != nil {
		return nil, fmt.Errorf("reading the project's file: %w", err)
	}
	f := &SettingsFile{path: filepath.Join(project, "Pulumi."+stack+".yaml"), project: file}
	sink := diag.DefaultSink(io.Discard, io.Discard, diag.FormatOptions{Color: colors.Never})
	if f.settings, err = workspace.LoadProjectStack(sink, file, f.path); err != nil {
		return nil, fmt.Errorf("reading the stack's file: %w", err)
	}
	if f.settings.Config == nil {
		f.settings.Config = config.Map{}
	}
	return f, nil
}

// dropEncrypted removes encrypted values, because only the team's keys decrypt them.
func dropEncrypted(values config.Map) error {
	for key, value := range values {
		if !value.Secure() {
			continue
		}
		delete(values, key)
		if !value.Object() {
			continue
		}
		object, err := value.ToObject()
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		text, err := json.Marshal(inClear(object))
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		values[key] = config.NewObjectValue(string(text))
	}
	return nil
}

// inClear is a value without encrypted values, which are objects with the only field "secure".
func inClear(value any) any {
	switch value := value.(type) {
	case map[string]any:
		maps.DeleteFunc(value, func(_ string, field any) bool { return isEncrypted(field) })
		for name, field := range value {
			value[name] = inClear(field)
		}
	case []any:
		value = slices.DeleteFunc(value, isEncrypted)
		for i, item := range value {
			value[i] = inClear(item)
		}
		return value
	}
	return value
}

func isEncrypted(value any) bool {
	object, _ := value.(map[string]any)
	_, secure := object["secure"].(string)
	return secure && len(object) == 1
}

// Save writes the file.
func (f *SettingsFile) Save() error { return f.settings.Save(f.path) }

// Set sets values in the file.
func (f *SettingsFile) Set(overrides ...Override) error {
	for _, o := range overrides {
		key, err := f.key(o.Path)
		if err != nil {
			return err
		}
		value := config.NewValue(o.Value)
		if o.Text {
			value = config.NewTypedValue(o.Value, config.TypeString)
		}
		if err := f.settings.Config.Set(key, value, true); err != nil {
			return fmt.Errorf("%s: %w", o.Path, err)
		}
	}
	return nil
}

// Unset removes the value at a path. It does nothing if there is none.
func (f *SettingsFile) Unset(path string) error {
	key, err := f.key(path)
	if err != nil {
		return err
	}
	return f.settings.Config.Remove(key, true)
}

// Get is the value at a path, an object as JSON; false if neither the file nor the project's defaults have one.
func (f *SettingsFile) Get(path string) (string, bool, error) {
	key, err := f.key(path)
	if err != nil {
		return "", false, err
	}
	value, found, err := f.settings.Config.Get(key, true)
	if err != nil {
		return "", false, err
	}
	if found {
		text, err := value.Value(config.NopDecrypter)
		return text, true, err
	}
	declared, ok := f.project.Config[key.Name()]
	if !ok || key.Namespace() != string(f.project.Name) {
		return "", false, nil
	}
	if _, isObject := declared.Default.(map[string]any); isObject {
		return "{}", true, nil // the only default of an object
	}
	return fmt.Sprint(declared.Default), true, nil
}

// Values are the values of the file as the engine passes them to the program: strings as they are, everything else as JSON.
func (f *SettingsFile) Values() (map[string]string, error) {
	decrypted, err := f.settings.Config.Decrypt(config.NopDecrypter)
	if err != nil {
		return nil, fmt.Errorf("reading the stack's file: %w", err)
	}
	values := map[string]string{}
	for key, value := range decrypted {
		values[key.String()] = value
	}
	return values, nil
}

// key is a path with its namespace. Without one, it is that of the project.
func (f *SettingsFile) key(path string) (config.Key, error) {
	full := path
	if !strings.Contains(full, ":") {
		full = string(f.project.Name) + ":" + full
	}
	key, err := config.ParseKey(full)
	if err != nil {
		return config.Key{}, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

// StackConfig is the configuration in the file of a stack, with overrides and without encrypted values, see [SettingsFile.Values].
func StackConfig(project, stack string, overrides ...Override) (map[string]string, error) {
	file, err := OpenSettingsFile(project, stack)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(dropEncrypted(file.settings.Config), file.Set(overrides...)); err != nil {
		return nil, err
	}
	return file.Values()
}
