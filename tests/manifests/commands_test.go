package manifests

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/mosaic-stories/mosaic-database/tests/repository"
)

// TestCommandsNameWhatExists: the kubectl commands in the documents name objects of prod, by kind, namespace and name, and labels that
// select some. There is no cluster to run them on.
func TestCommandsNameWhatExists(t *testing.T) {
	objects := map[string]bool{"secret mosaic-prod core-api-db-secret": true} // the operator creates it
	var job batchv1.Job
	for _, document := range files(t)["prod.yaml"] {
		var object struct {
			metav1.TypeMeta `json:",inline"`
			Metadata        metav1.ObjectMeta `json:"metadata"`
		}
		require.NoError(t, yaml.Unmarshal([]byte(document), &object))
		objects[strings.ToLower(object.Kind)+" "+object.Metadata.Namespace+" "+object.Metadata.Name] = true
		if object.Kind == "Job" {
			require.NoError(t, yaml.Unmarshal([]byte(document), &job))
		}
	}
	named := regexp.MustCompile(`kubectl (?:get|describe) ([a-z]+) -n (\S+) ([a-z][\w-]*)`)
	selected := regexp.MustCompile(`kubectl \w+ .*-n (\S+) -l (\S+)=([\w-]+)`)
	names, selectors := 0, 0
	pages, err := repository.Pages()
	require.NoError(t, err)
	for _, page := range pages {
		content, err := os.ReadFile(filepath.Join("..", "..", page))
		require.NoError(t, err)
		for _, found := range named.FindAllStringSubmatch(string(content), -1) {
			names++
			assert.True(t, objects[strings.Join(found[1:], " ")], "%s: %s", page, found[0])
		}
		for _, found := range selected.FindAllStringSubmatch(string(content), -1) {
			selectors++
			assert.Equal(t, job.Namespace, found[1], found[0])
			assert.Equal(t, job.Spec.Template.Labels[found[2]], found[3], found[0])
			assert.Equal(t, job.Labels[found[2]], found[3], found[0])
		}
	}
	assert.Equal(t, 4, names)
	assert.Equal(t, 4, selectors)
}
