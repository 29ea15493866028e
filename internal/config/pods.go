package config

import (
	"fmt"
	"slices"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// pods keeps the pods apart from the applications', and holds each toleration to what Kubernetes takes.
func (l *loader) pods() {
	if l.sound("pods.labels", "app.name", "additionalApps") {
		l.podLabels()
	}
	if l.sound("pods.tolerations") {
		for i, toleration := range l.config.Pods.Tolerations {
			l.toleration(Key(fmt.Sprintf("pods.tolerations[%d]", i)), toleration)
		}
	}
}

// podLabels refuses the labels by which charts select an application's pods, with the application's name.
func (l *loader) podLabels() {
	var applications []string
	for _, app := range l.config.Applications() {
		applications = append(applications, app.Name)
	}
	for _, label := range []string{"app", "app.kubernetes.io/instance", "app.kubernetes.io/name", "k8s-app"} {
		if value := l.config.Pods.Labels[label]; slices.Contains(applications, value) {
			l.add(Problem{Key: Key("pods.labels." + label), Value: schema.Show(value),
				Rule: "not the name of an application: its Service and its recipes would take the migration's pod for one of the application's",
				Fix:  "another value, such as " + value + "-database"})
		}
	}
}

// toleration holds one toleration to what Kubernetes takes.
func (l *loader) toleration(key string, t Toleration) {
	if t.Key == "" && t.Operator != "Exists" {
		l.add(Problem{Key: key + ".key",
			Rule: "required with operator Equal",
			Fix:  "the key of the taint, or operator: Exists to tolerate every taint"})
	}
	if t.Value != "" && t.Operator == "Exists" {
		l.add(Problem{Key: key + ".value", Value: schema.Show(t.Value),
			Rule: "not with operator Exists, which takes every value",
			Fix:  "operator: Equal, or remove the value"})
	}
	if t.TolerationSeconds != 0 && t.Effect != "NoExecute" {
		l.add(Problem{Key: key + ".tolerationSeconds", Value: schema.Show(t.TolerationSeconds),
			Rule: "only with effect NoExecute: no other effect ends a pod",
			Fix:  "effect: NoExecute, or remove the field"})
	}
}
