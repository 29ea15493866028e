package pictures

import (
	"fmt"

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

// Need is an arrow from what is made later to what it depends on.
type Need struct{ From, To string }

// Use is an arrow of what happens at run time, in words, and where it can be read in the inputs of a resource of this type.
type Use struct{ Says, Type, Reads string }

const (
	columnOne, columnTwo, columnThree = 36.0, 268.0, 516.0
	rowA, rowB, rowC, rowD            = 132.0, 232.0, 366.0, 486.0
)

// Parts are the boxes of the picture.
func Parts() []Part {
	return []Part{
		{"Pulumi", []string{"state: the generated passwords, encrypted, and what later runs may not change"},
			[]string{"random:index/randomPassword:RandomPassword", "random:index/randomId:RandomId", "pulumi:index:Stash"}, svg.Box{X: 16, Y: 46, W: 688}, "frame"},
		{"Backups", []string{"AWS Backup, if asked for", "copies in another region"},
			[]string{"aws:backup/plan:Plan", "aws:backup/selection:Selection", "aws:backup/vault:Vault", "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"},
			svg.Box{X: columnOne, Y: rowA, W: 196}, "plain"},
		{"Monitoring", []string{"alarms, events, dashboard", "log groups, budget"},
			[]string{"aws:cloudwatch/metricAlarm:MetricAlarm", "aws:rds/eventSubscription:EventSubscription", "aws:cloudwatch/dashboard:Dashboard",
				"aws:cloudwatch/logGroup:LogGroup", "aws:cloudwatch/logMetricFilter:LogMetricFilter", "aws:budgets/budget:Budget"},
			svg.Box{X: columnTwo, Y: rowA, W: 212}, "plain"},
		{"Mail", []string{"SNS topic, its policy", "and its KMS key"},
			[]string{"aws:sns/topic:Topic", "aws:sns/topicPolicy:TopicPolicy", "aws:sns/topicSubscription:TopicSubscription", "aws:kms/key:Key", "aws:kms/alias:Alias"},
			svg.Box{X: columnThree, Y: rowA, W: 168}, "plain"},
		{"RDS PostgreSQL", []string{"instance, replicas or Aurora,", "parameters, subnet group,", "security group"},
			[]string{"aws:rds/instance:Instance", "aws:rds/cluster:Cluster", "aws:rds/clusterInstance:ClusterInstance", "aws:ec2/securityGroup:SecurityGroup",
				"aws:rds/subnetGroup:SubnetGroup", "aws:rds/parameterGroup:ParameterGroup", "aws:rds/clusterParameterGroup:ClusterParameterGroup"},
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

// Needs are the arrows of dependencies.
func Needs() []Need {
	return []Need{
		{"Backups", "RDS PostgreSQL"}, {"Monitoring", "RDS PostgreSQL"}, {"Monitoring", "Mail"}, {"Secrets Manager", "RDS PostgreSQL"}, {"IAM role", "Secrets Manager"},
		{"ExternalSecret", "Secrets Manager"}, {"ExternalSecret", "ServiceAccount"}, {"ServiceAccount", "IAM role"}, {"Jobs, pooler", "ExternalSecret"},
	}
}

// Uses are the arrows of the run time, in the order of their numbers in the picture.
func Uses() []Use {
	return []Use{
		{"The operator assumes the role with a token of the ServiceAccount.", "aws:iam/role:Role", "system:serviceaccount:mosaic-prod:core-api"},
		{"It reads the connection secret. The role's own policy allows to read the secrets, and nothing else.", "aws:iam/rolePolicy:RolePolicy", "secretsmanager:GetSecretValue"},
		{"It writes the Secret, and again when the content has changed.", "kubernetes:external-secrets.io/v1:ExternalSecret", "core-api-db-secret"},
		{"The pods and the Jobs have the Secret as environment variables. By a password, they need no access to AWS.", "kubernetes:batch/v1:Job", "core-api-db-secret"},
		{"They connect to the database by TLS, which it forces, from within the VPC.", "aws:ec2/securityGroup:SecurityGroup", "10.0.0.0/16"},
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
	d.Text(svg.Point{X: 36, Y: 570}, "ink bold", "EKS cluster, namespace of the application")
	for _, part := range Parts() {
		d.Label(part.at, part.fill, append([]string{part.Name}, part.Lines...)...)
	}
	drawNeeds(d)
	drawUses(d)
	y := 604.0
	for i, use := range Uses() {
		y = d.Paragraph(svg.Point{X: 20, Y: y}, "ink", fmt.Sprintf("%d  %s", i+1, use.Says), width-40) + 3
	}
	d.Paragraph(svg.Point{X: 20, Y: y + 4}, "dim", "Solid arrows lead to what is made before. What is grey is not made by this program.", width-40)
	return d
}

func drawNeeds(d *svg.Drawing) {
	for _, way := range [][]svg.Point{
		{{X: 132, Y: rowA + 61}, {X: 132, Y: rowB}},
		{{X: 300, Y: rowA + 61}, {X: 300, Y: rowB - 20}, {X: 200, Y: rowB - 20}, {X: 200, Y: rowB}},
		{{X: 480, Y: rowA + 30}, {X: columnThree, Y: rowA + 30}},
		{{X: columnTwo, Y: rowB + 30}, {X: 232, Y: rowB + 30}},
		{{X: columnThree, Y: rowB + 24}, {X: 480, Y: rowB + 24}},
		{{X: 374, Y: rowC}, {X: 374, Y: rowB + 78}},
		{{X: 480, Y: rowC + 30}, {X: columnThree, Y: rowC + 30}},
		{{X: 580, Y: rowC}, {X: 580, Y: rowB + 78}},
		{{X: 232, Y: rowC + 24}, {X: columnTwo, Y: rowC + 24}},
	} {
		d.Arrow("ink-line", way...)
	}
}

func drawUses(d *svg.Drawing) {
	for _, use := range []struct {
		number string
		at     svg.Point
		way    []svg.Point
	}{
		{"1", svg.Point{X: 678, Y: 335}, []svg.Point{{X: 672, Y: rowD}, {X: 672, Y: rowB + 78}}},
		{"2", svg.Point{X: 502, Y: 335}, []svg.Point{{X: columnThree, Y: rowD + 16}, {X: 498, Y: rowD + 16}, {X: 498, Y: rowB + 60}, {X: 480, Y: rowB + 60}}},
		{"3", svg.Point{X: 494, Y: rowD + 60}, []svg.Point{{X: columnThree, Y: rowD + 44}, {X: 480, Y: rowD + 44}}},
		{"4", svg.Point{X: 238, Y: rowD - 12}, []svg.Point{{X: 232, Y: rowC + 50}, {X: 250, Y: rowC + 50}, {X: 250, Y: rowD + 16}, {X: columnTwo, Y: rowD + 16}}},
		{"4", svg.Point{X: 246, Y: rowD + 60}, []svg.Point{{X: 232, Y: rowD + 44}, {X: columnTwo, Y: rowD + 44}}},
		{"5", svg.Point{X: 40, Y: 335}, []svg.Point{{X: 52, Y: rowD}, {X: 52, Y: rowB + 78}}},
		{"5", svg.Point{X: 156, Y: 335}, []svg.Point{{X: 150, Y: rowC}, {X: 150, Y: rowB + 78}}},
	} {
		d.Arrow("alert-line dash", use.way...)
		d.Text(use.at, "alert bold", use.number)
	}
}
