package adoption

import (
	"encoding/json"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// TemplateStack is a CloudFormation stack.
type TemplateStack struct {
	Name      string
	Resources []struct{ ResourceType, PhysicalResourceID string }
	Deleting  []string // logical ids of the resources that it deletes when it is removed
}

// stack finds the CloudFormation stack of the instance, and what the stack would delete.
func (f *Found) stack(read reader) {
	var name string
	for _, tag := range f.Instance.TagList {
		if tag.Key == "aws:cloudformation:stack-name" {
			name = tag.Value
		}
	}
	found := &TemplateStack{Name: name}
	if name == "" || !read(&found.Resources, "cloudformation", "describe-stack-resources", "--stack-name", name, "--query", "StackResources") {
		return
	}
	f.Stack = found
	var body json.RawMessage // JSON, or a text that is YAML
	var text string
	read(&body, "cloudformation", "get-template", "--stack-name", name, "--template-stage", "Processed", "--query", "TemplateBody")
	if json.Unmarshal(body, &text) != nil {
		text = string(body)
	}
	var template struct {
		Resources map[string]struct {
			Type           string `yaml:"Type"`
			DeletionPolicy string `yaml:"DeletionPolicy"`
		} `yaml:"Resources"`
	}
	if yaml.Unmarshal([]byte(text), &template) != nil {
		found.Deleting = []string{"what its template says, which cannot be read"}
		return
	}
	for id, resource := range template.Resources {
		if resource.DeletionPolicy != "Retain" && !strings.HasPrefix(resource.Type, "AWS::CDK::") {
			found.Deleting = append(found.Deleting, id+" ("+resource.Type+")")
		}
	}
	slices.Sort(found.Deleting)
}

// ofType are the physical ids of the stack's resources of a type; none if there is no stack.
func (s *TemplateStack) ofType(kind string) []string {
	var ids []string
	if s == nil {
		return nil
	}
	for _, resource := range s.Resources {
		if resource.ResourceType == kind {
			ids = append(ids, resource.PhysicalResourceID)
		}
	}
	return ids
}
