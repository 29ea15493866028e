package config

import (
	"fmt"
	"slices"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// Pods is what the cluster asks of every pod that this program makes. A Job keeps the pod that it was made with, as it keeps all of
// [Migrations]; the pooler's pods are replaced one by one.
type Pods struct {
	ImagePullSecrets  []string          `key:"imagePullSecrets" rule:"subdomain" all:"distinct" doc:"Secrets of the namespace with which the kubelet pulls the images."`
	NodeSelector      map[string]string `key:"nodeSelector" rule:"nodeLabel" doc:"Labels of the nodes that the pods may run on."`
	Tolerations       []Toleration      `key:"tolerations" doc:"Taints of nodes that the pods may run on nevertheless, as a pod's spec has them."`
	Labels            map[string]string `key:"labels" rule:"podLabel" doc:"Labels of the pods, beside the program's own."`
	Annotations       map[string]string `key:"annotations" rule:"podAnnotation" doc:"Annotations of the pods."`
	PriorityClassName string            `key:"priorityClassName" unset:"the cluster's default" rule:"subdomain" doc:"PriorityClass of the pods."`
	RunAsUser         int               `key:"runAsUser" default:"10001" rule:"1..2147483647" doc:"User and group that the containers run as; never root."`
}

// Toleration is a taint of nodes that the pods tolerate.
type Toleration struct {
	Key               string `key:"key" unset:"every key, with operator Exists" rule:"qualifiedName" doc:"Key of the taint."`
	Operator          string `key:"operator" default:"Equal" rule:"Equal|Exists" doc:"Equal: the taint has this value; Exists: whatever its value is."`
	Value             string `key:"value" rule:"optional,labelValue" doc:"Value of the taint."`
	Effect            string `key:"effect" unset:"every effect" rule:"NoSchedule|PreferNoSchedule|NoExecute" doc:"Effect of the taint."`
	TolerationSeconds int    `key:"tolerationSeconds" unset:"without end" rule:"0.." doc:"Time that a pod stays on a node with a taint of effect NoExecute; 0 is without end."`
}

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
