package pictures

import (
	"fmt"
	"strconv"

	"github.com/mosaic-stories/mosaic-database/tests/pictures/svg"
)

// Part is a box of the picture of the system, for resources of these types; none if something else makes what it shows.
type Part struct {
	Name  string
	Lines []string
	Types []string

	at   svg.Box
	fill string
}

// Fill is the colour of the box.
func (p Part) Fill() string { return p.fill }

// box is where the part is, as high as its lines need.
func (p Part) box() svg.Box {
	p.at.H = 10 + 17*float64(1+len(p.Lines))
	return p.at
}

// Arrow leads from one part to another.
type Arrow struct {
	From, To string
	way      []svg.Point
	number   svg.Point // where the number of its use is
}

// Use is what happens at run time, in words, where it can be read in the inputs of resources of these types, and its arrows.
type Use struct {
	Says   string
	Reads  map[string]string
	arrows []Arrow
}

const (
	columnOne, columnTwo, columnThree = 36.0, 268.0, 516.0
	rowA, rowB, rowC, rowD            = 132.0, 232.0, 366.0, 486.0
)

// Parts are the boxes of the picture.
func Parts() []Part {
	return []Part{
		{"Pulumi", []string{"state: the generated passwords, encrypted, and what later runs may not change"},
			[]string{"random:index/randomPassword:RandomPassword", "random:index/randomId:RandomId", "pulumi:index:Stash"}, svg.Box{X: 16, Y: 46, W: 688}, "frame"},
		{"Backups", []string{"if asked for: AWS Backup,", "copies in another region"},
			[]string{"aws:backup/plan:Plan", "aws:backup/selection:Selection", "aws:backup/vault:Vault", "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"},
			svg.Box{X: columnOne, Y: rowA, W: 196}, "plain"},
		{"Monitoring", []string{"alarms, events, dashboard,", "budget"},
			[]string{"aws:cloudwatch/metricAlarm:MetricAlarm", "aws:rds/eventSubscription:EventSubscription", "aws:cloudwatch/dashboard:Dashboard",
				"aws:cloudwatch/logMetricFilter:LogMetricFilter", "aws:budgets/budget:Budget"},
			svg.Box{X: columnTwo, Y: rowA, W: 212}, "plain"},
		{"Mail", []string{"SNS topic, its policy", "and its KMS key"},
			[]string{"aws:sns/topic:Topic", "aws:sns/topicPolicy:TopicPolicy", "aws:sns/topicSubscription:TopicSubscription", "aws:kms/key:Key", "aws:kms/alias:Alias"},
			svg.Box{X: columnThree, Y: rowA, W: 168}, "plain"},
		{"RDS PostgreSQL", []string{"instance, replicas or Aurora,", "parameters, subnet group,", "security group, log groups"},
			[]string{"aws:rds/instance:Instance", "aws:rds/cluster:Cluster", "aws:rds/clusterInstance:ClusterInstance", "aws:ec2/securityGroup:SecurityGroup",
				"aws:rds/subnetGroup:SubnetGroup", "aws:rds/parameterGroup:ParameterGroup", "aws:rds/clusterParameterGroup:ClusterParameterGroup",
				"aws:cloudwatch/logGroup:LogGroup"},
			svg.Box{X: columnOne, Y: rowB, W: 196}, "blue"},
		{"Secrets Manager", []string{"connection: the application's", "credentials: the master user's", "each with its content"},
			[]string{"aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretVersion:SecretVersion"}, svg.Box{X: columnTwo, Y: rowB, W: 212}, "yellow"},
		{"IAM role", []string{"trusts a ServiceAccount", "may read the secrets", ""},
			[]string{"aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy", "aws:iam/rolePolicyAttachment:RolePolicyAttachment"}, svg.Box{X: columnThree, Y: rowB, W: 168}, "purple"},
		{"Jobs, pooler", []string{"migration, bootstrap,", "PgBouncer, if asked for"},
			[]string{"kubernetes:batch/v1:Job", "kubernetes:apps/v1:Deployment", "kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Service",
				"kubernetes:policy/v1:PodDisruptionBudget", "kubernetes:networking.k8s.io/v1:NetworkPolicy"},
			svg.Box{X: columnOne + 32, Y: rowC, W: 164}, "green"},
		{"ExternalSecret", []string{"which secret, as which keys;", "SecretStore: by which account"},
			[]string{"kubernetes:external-secrets.io/v1:ExternalSecret", "kubernetes:external-secrets.io/v1:SecretStore"}, svg.Box{X: columnTwo, Y: rowC, W: 212}, "green"},
		{"ServiceAccount", []string{"names the role", ""},
			[]string{"kubernetes:core/v1:ServiceAccount", "kubernetes:core/v1:Namespace"}, svg.Box{X: columnThree, Y: rowC, W: 140}, "green"},
		{"Application's pods", []string{"of your own chart", ""}, nil, svg.Box{X: columnOne, Y: rowD, W: 196}, "grey"},
		{"Secret", []string{"DB_URL, DB_HOST, DB_USER,", "DB_PASSWORD and others"}, nil, svg.Box{X: columnTwo, Y: rowD, W: 212}, "yellow"},
		{"Operator", []string{"External Secrets,", "installed in the cluster"}, nil, svg.Box{X: columnThree, Y: rowD, W: 168}, "grey"},
	}
}

// Needs are the arrows from what is made later to what it depends on.
func Needs() []Arrow {
	return []Arrow{
		{From: "Backups", To: "RDS PostgreSQL", way: []svg.Point{{X: 132, Y: rowA + 61}, {X: 132, Y: rowB}}},
		{From: "Monitoring", To: "RDS PostgreSQL", way: []svg.Point{{X: 300, Y: rowA + 61}, {X: 300, Y: rowB - 20}, {X: 200, Y: rowB - 20}, {X: 200, Y: rowB}}},
		{From: "Monitoring", To: "Mail", way: []svg.Point{{X: 480, Y: rowA + 30}, {X: columnThree, Y: rowA + 30}}},
		{From: "Mail", To: "RDS PostgreSQL", way: []svg.Point{{X: 600, Y: rowA + 61}, {X: 600, Y: rowB - 20}, {X: 200, Y: rowB - 20}, {X: 200, Y: rowB}}},
		{From: "Secrets Manager", To: "RDS PostgreSQL", way: []svg.Point{{X: columnTwo, Y: rowB + 30}, {X: 232, Y: rowB + 30}}},
		{From: "IAM role", To: "Secrets Manager", way: []svg.Point{{X: columnThree, Y: rowB + 24}, {X: 480, Y: rowB + 24}}},
		{From: "ExternalSecret", To: "Secrets Manager", way: []svg.Point{{X: 374, Y: rowC}, {X: 374, Y: rowB + 78}}},
		{From: "ExternalSecret", To: "ServiceAccount", way: []svg.Point{{X: 480, Y: rowC + 30}, {X: columnThree, Y: rowC + 30}}},
		{From: "ServiceAccount", To: "IAM role", way: []svg.Point{{X: 580, Y: rowC}, {X: 580, Y: rowB + 78}}},
		{From: "Jobs, pooler", To: "ExternalSecret", way: []svg.Point{{X: 232, Y: rowC + 24}, {X: columnTwo, Y: rowC + 24}}},
	}
}

// Uses are what happens at run time, in the order of their numbers in the picture.
func Uses() []Use {
	return []Use{
		{"The operator assumes the role with a token of the ServiceAccount.", map[string]string{"aws:iam/role:Role": "system:serviceaccount:mosaic-prod:core-api"},
			[]Arrow{{"Operator", "IAM role", []svg.Point{{X: 672, Y: rowD}, {X: 672, Y: rowB + 78}}, svg.Point{X: 678, Y: 335}}}},
		{"It reads the connection secret. The role's own policy allows reading the secrets, and nothing else.",
			map[string]string{"aws:iam/rolePolicy:RolePolicy": "secretsmanager:GetSecretValue", "kubernetes:external-secrets.io/v1:ExternalSecret": "mosaic/prod/rds/connection"},
			[]Arrow{{"Operator", "Secrets Manager", []svg.Point{{X: columnThree, Y: rowD + 16}, {X: 498, Y: rowD + 16}, {X: 498, Y: rowB + 60}, {X: 480, Y: rowB + 60}}, svg.Point{X: 502, Y: 335}}}},
		{"It writes the Secret, and again when the content has changed.", map[string]string{"kubernetes:external-secrets.io/v1:ExternalSecret": "name:core-api-db-secret"},
			[]Arrow{{"Operator", "Secret", []svg.Point{{X: columnThree, Y: rowD + 44}, {X: 480, Y: rowD + 44}}, svg.Point{X: 494, Y: rowD + 60}}}},
		{"The pods and the Jobs have the Secret as environment variables. With a password, they need no access to AWS.",
			map[string]string{"kubernetes:batch/v1:Job": "secretKeyRef:map[key:DB_PASSWORD name:core-api-db-secret]"}, []Arrow{
				{"Jobs, pooler", "Secret", []svg.Point{{X: 232, Y: rowC + 50}, {X: 250, Y: rowC + 50}, {X: 250, Y: rowD + 16}, {X: columnTwo, Y: rowD + 16}}, svg.Point{X: 238, Y: rowD - 12}},
				{"Application's pods", "Secret", []svg.Point{{X: 232, Y: rowD + 44}, {X: columnTwo, Y: rowD + 44}}, svg.Point{X: 246, Y: rowD + 60}},
			}},
		{"They connect to the database by TLS, which it forces, from within the VPC.",
			map[string]string{"aws:ec2/securityGroup:SecurityGroup": "10.0.0.0/16", "aws:rds/parameterGroup:ParameterGroup": "name:rds.force_ssl value:1"}, []Arrow{
				{"Application's pods", "RDS PostgreSQL", []svg.Point{{X: 52, Y: rowD}, {X: 52, Y: rowB + 78}}, svg.Point{X: 40, Y: 335}},
				{"Jobs, pooler", "RDS PostgreSQL", []svg.Point{{X: 150, Y: rowC}, {X: 150, Y: rowB + 78}}, svg.Point{X: 156, Y: 335}},
			}},
	}
}

// System is the picture of what there is, and who needs and reads what.
func System() *svg.Drawing {
	d := svg.New(width, "What one up makes, and who reads what",
		"The AWS account with RDS, Secrets Manager, the IAM role, monitoring and backups above; the cluster with the namespace of the application, "+
			"its objects, pods, and the External Secrets Operator below. Solid arrows lead to what is made before, dashed ones show what happens at run time.")
	d.Heading()
	d.Rect(svg.Box{X: 16, Y: 98, W: 688, H: 222}, "frame edge")
	d.Text(svg.Point{X: 36, Y: 120}, "ink bold", "AWS account")
	d.Rect(svg.Box{X: 16, Y: 340, W: 688, H: 240}, "frame edge")
	d.Text(svg.Point{X: 36, Y: 570}, "ink bold", "EKS cluster: the application's namespace, and the operator")
	for _, part := range Parts() {
		d.Label(part.box(), part.fill, append([]string{part.Name}, part.Lines...)...)
	}
	for _, need := range Needs() {
		d.Arrow("ink-line", need.way...)
	}
	y := 604.0
	for i, use := range Uses() {
		for _, arrow := range use.arrows {
			d.Arrow("alert-line dash", arrow.way...)
			d.Text(arrow.number, "alert bold", strconv.Itoa(i+1))
		}
		y = d.Paragraph(svg.Point{X: 20, Y: y}, "ink", fmt.Sprintf("%d  %s", i+1, use.Says), width-40) + 3
	}
	d.Paragraph(svg.Point{X: 20, Y: y + 4}, "dim", "Solid arrows lead to what is made before. What is grey is not made by this program.", width-40)
	return d
}
