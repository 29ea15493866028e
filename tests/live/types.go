package live

// The types that the tests look for in the simulated cloud.
const (
	AlarmType           = "aws:cloudwatch/metricAlarm:MetricAlarm"
	ClusterType         = "aws:rds/cluster:Cluster"
	ClusterInstanceType = "aws:rds/clusterInstance:ClusterInstance"
	DeploymentType      = "kubernetes:apps/v1:Deployment"
	ExternalSecretType  = "kubernetes:external-secrets.io/v1:ExternalSecret"
	InstanceType        = "aws:rds/instance:Instance"
	JobType             = "kubernetes:batch/v1:Job"
	KubeSecretType      = "kubernetes:core/v1:Secret"
	LogGroupType        = "aws:cloudwatch/logGroup:LogGroup"
	NamespaceType       = "kubernetes:core/v1:Namespace"
	ParameterGroupType  = "aws:rds/parameterGroup:ParameterGroup"
	RolePolicyType      = "aws:iam/rolePolicy:RolePolicy"
	RoleType            = "aws:iam/role:Role"
	SecretStoreType     = "kubernetes:external-secrets.io/v1:SecretStore"
	SecretType          = "aws:secretsmanager/secret:Secret"
	SecretVersionType   = "aws:secretsmanager/secretVersion:SecretVersion"
	SecurityGroupType   = "aws:ec2/securityGroup:SecurityGroup"
	ServiceAccountType  = "kubernetes:core/v1:ServiceAccount"
	SubnetGroupType     = "aws:rds/subnetGroup:SubnetGroup"
)
