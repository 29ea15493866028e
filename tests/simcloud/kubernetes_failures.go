package simcloud

import (
	"errors"
	"fmt"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud/kube"
)

func notCreated(id string, err error) error {
	return fmt.Errorf("resource %s was not successfully created by the Kubernetes API server : %w", id, err)
}

func notUpdated(id string, err error) error {
	return fmt.Errorf("the Kubernetes API server reported that %q failed to fully initialize or become live: %w", id, err)
}

// unready is what the provider says of an object that it has created, and that does not become ready.
func unready(id string, failure error) error {
	var late *kube.Unready
	if !errors.As(failure, &late) {
		return failure
	}
	why := fmt.Sprintf("resource %s was successfully created, but the Kubernetes API server reported that it failed to fully initialize "+
		"or become live: %s", id, late.Cause)
	return &initError{reasons: append([]string{why}, late.Others...)}
}

// partial is what the provider says of an update that failed. As long as the object exists, it fails in part.
func partial(id string, failure error) error {
	if failure == nil {
		return nil
	}
	reasons := []string{notUpdated(id, failure).Error()}
	var late *kube.Unready
	if errors.As(failure, &late) {
		reasons = append(reasons, late.Others...)
	}
	return &initError{reasons: reasons}
}
