// Package template is the shape of the values that an application's Helm chart gets: YAML whose texts hold placeholders, such as
// ${roleArn}, for what the program knows. A text that is a placeholder alone becomes its value, of whatever type; inside of a longer
// text, it becomes words.
package template

// Type is the type of a placeholder's value.
type Type string

// The types.
const (
	String  Type = "string"
	Number  Type = "number"
	Boolean Type = "boolean"
	List    Type = "list of strings"
	Map     Type = "map of strings"
)

// fitsWords tells whether a value of the type can be a part of a longer text.
func (t Type) fitsWords() bool { return t != List && t != Map }

// Placeholder is one of the values that a template may use.
type Placeholder struct {
	Name        string
	Type        Type
	Description string
}

// The placeholders that the needs of a delivery name.
const (
	roleArn              = "roleArn"
	kubernetesSecretName = "kubernetesSecretName"
	connectionSecretName = "connectionSecretName"
	connectionSecretArn  = "connectionSecretArn"
	chartCreatesObjects  = "chartCreatesObjects"
	roleServiceAccount   = "roleServiceAccount"
	secretStoreName      = "secretStoreName"
	secretStoreKind      = "secretStoreKind"
	secretEntries        = "secretEntries"
)

// Placeholders is the vocabulary of templates. None of the values is secret.
func Placeholders() []Placeholder {
	return []Placeholder{
		{"applicationName", String, "name of the application"},
		{"namespace", String, "Kubernetes namespace of the application"},
		{"environment", String, "name of the environment, part of every physical name"},
		{"region", String, "AWS region of all resources"},
		{"accountId", String, "AWS account ID of all resources"},
		{"clusterName", String, "name of the EKS cluster; empty if the configuration has none"},
		{chartCreatesObjects, Boolean, "whether the chart makes ServiceAccount, SecretStore and ExternalSecret; false with delivery: pulumi"},
		{"serviceAccountName", String, "name of the application's ServiceAccount"},
		{roleArn, String, "ARN of the IAM role that reads the secret"},
		{roleServiceAccount, String, "name of the ServiceAccount that has the role: the application's, or with secretsServiceAccount that one"},
		{secretStoreName, String, "name of the SecretStore, or of the ClusterSecretStore that is used instead"},
		{secretStoreKind, String, "SecretStore or ClusterSecretStore"},
		{secretEntries, Map, "entries that the Secret has beside the default ones, each with its property of the connection secret"},
		{"externalSecretName", String, "name of the ExternalSecret; with the same name, a handover takes the same object"},
		{connectionSecretName, String, "name of the connection secret in Secrets Manager"},
		{connectionSecretArn, String, "ARN of the connection secret, instead of its name"},
		{kubernetesSecretName, String, "name of the Kubernetes Secret that pods read"},
		{"deploymentAnnotations", Map, "annotations of the Deployment that uses the Secret; empty with reloadOnChange: false"},
		{"chartRunsMigrations", Boolean, "whether the chart runs the migrations; false unless delivery is gitops"},
		{"migrationsImage", String, "image that holds the migrations; empty where none is configured, and for additional applications"},
		{"migrationsImageRepository", String, "what comes before the last colon of migrationsImage, for a chart that puts repository:tag together; empty as migrationsImage"},
		{"migrationsImageTag", String, "what comes after it: the tag, or the digits of the digest if the image has one; empty as migrationsImage"},
		{"migrationsCommand", List, "command of the migration"},
		{"caBundlePath", String, "file that PGSSLROOTCERT names; empty with PGSSLMODE require"},
		{"caBundleConfigMap", String, "ConfigMap to mount there, under the file's name; empty where the image has the file"},
		{"endpoint", String, "host name of the database instance"},
		{"port", Number, "TCP port of the instance and its replicas"},
		{"databaseName", String, "name of the database"},
		{"poolerEndpoint", String, "host and port of the connection pooler that the URLs lead to; empty without one"},
	}
}

// names are the names of the placeholders, in their order.
func names() []string {
	var all []string
	for _, p := range Placeholders() {
		all = append(all, p.Name)
	}
	return all
}

// known finds a placeholder by its name.
func known(name string) (Placeholder, bool) {
	for _, p := range Placeholders() {
		if p.Name == name {
			return p, true
		}
	}
	return Placeholder{}, false
}

// Need is what a template has to use, because the chart cannot do without it.
type Need struct {
	AnyOf []string // names of placeholders
	Why   string
	With  string // only if the template uses this one; "": always
}

// ChartMakesObjects is what a chart needs that makes the objects itself.
func ChartMakesObjects(of Options) []Need {
	needs := []Need{
		{AnyOf: []string{roleArn}, Why: "without the role, the ServiceAccount cannot read the secret"},
		{AnyOf: []string{connectionSecretName, connectionSecretArn}, Why: "without it, the ExternalSecret reads no secret"},
		{AnyOf: []string{kubernetesSecretName}, Why: "the ExternalSecret makes the Secret under this name, and the pods read it"},
	}
	if of.Entries {
		needs = append(needs, Need{AnyOf: []string{secretEntries}, Why: "the ExternalSecret makes the entries of secretEntries, too"})
	}
	if of.ClusterStore {
		needs = append(needs, Need{AnyOf: []string{secretStoreKind}, Why: "the store is a ClusterSecretStore, and the chart makes none"},
			Need{AnyOf: []string{secretStoreName}, Why: "the ExternalSecret names the ClusterSecretStore"})
	}
	return append(needs, accountOfRole(of)...)
}

// accountOfRole is what a chart needs that has the role, where another ServiceAccount than the application's has it.
func accountOfRole(of Options) []Need {
	if !of.OwnAccount {
		return nil
	}
	return []Need{{AnyOf: []string{roleServiceAccount}, With: roleArn, Why: "the role trusts secretsServiceAccount, and not the application's ServiceAccount"}}
}

// ProgramMakesObjects is what a chart needs that finds the objects in the cluster.
func ProgramMakesObjects(of Options) []Need {
	return append([]Need{
		{AnyOf: []string{kubernetesSecretName}, Why: "the Secret is in the cluster under this name, and the pods read it"},
		{AnyOf: []string{chartCreatesObjects}, Why: "otherwise the chart makes objects that this program owns; a chart that never makes any may have it under any name, which Helm ignores"},
	}, accountOfRole(of)...)
}
