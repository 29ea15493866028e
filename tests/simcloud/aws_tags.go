package simcloud

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// tagsAll is the resource's tags over the provider's default tags, and whether all of them are known.
func (a *account) tagsAll(inputs resource.PropertyMap) (Properties, bool) {
	all := a.defaultTags.clone()
	maps.Copy(all, fromPropertyMap(inputs).Map("tags"))
	return all, !inputs["tags"].ContainsUnknowns()
}

var tagRule = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

// tag sets tagsAll if the type has tags, and checks them as AWS does.
func (a *account) tag(typ string, out Properties) error {
	if !slices.Contains(a.facts.Resources[typ].Outputs, "tagsAll") {
		return nil
	}
	all, _ := a.tagsAll(out.propertyMap())
	for name, value := range all {
		s, _ := value.(string)
		if len(name) > 128 || len(s) > 256 || !tagRule.MatchString(name) || !tagRule.MatchString(s) {
			return fmt.Errorf("InvalidParameterValue: tag %q = %q: at most 128 and 256 characters, letters, digits, "+
				"spaces and _.:/=+-@", name, s)
		}
	}
	out["tagsAll"] = map[string]any(all)
	return nil
}
