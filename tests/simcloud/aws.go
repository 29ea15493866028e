package simcloud

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// aws is the aws provider.
type aws struct{ cloud *Cloud }

func (*aws) version() string                     { return "6.83.2" }
func (*aws) movesOn(Properties, Properties) bool { return false }

func (*aws) checkConfig(config resource.PropertyMap) []*pulumirpc.CheckFailure {
	var failures []*pulumirpc.CheckFailure
	known := loadFacts().Config["aws"]
	for _, k := range config.StableKeys() {
		if _, ok := known[string(k)]; !ok && k != "version" && !strings.HasPrefix(string(k), "__") {
			failures = append(failures, failure(string(k), "the aws provider has no such configuration"))
		}
	}
	return failures
}

// account is a configured aws provider: with credentials, in one region.
type account struct {
	bridged
	cloud       *Cloud
	id, region  string
	defaultTags Properties
}

func (a *aws) configure(config Properties) (session, error) {
	config = nested(config)
	allowed := config.Texts("allowedAccountIds")
	fallback := "123456789012"
	if len(allowed) > 0 {
		fallback = allowed[0]
	}
	s := &account{
		bridged: bridged{loadFacts()}, cloud: a.cloud, region: config.Text("region"),
		id: cmp.Or(a.cloud.AccountID, a.cloud.account, fallback), defaultTags: config.Map("defaultTags", "tags"),
	}
	if s.region == "" {
		return nil, fmt.Errorf("invalid AWS Region: ''. Set aws:region")
	}
	if len(allowed) > 0 && !slices.Contains(allowed, s.id) ||
		slices.Contains(config.Texts("forbiddenAccountIds"), s.id) {
		return nil, fmt.Errorf("AWS account ID not allowed: %s", s.id)
	}
	if a.cloud.account == "" {
		a.cloud.account = s.id
	}
	if a.cloud.region == "" {
		a.cloud.region = s.region
	}
	return s, nil
}

// nested decodes the values of a provider's configuration that are not strings: they come as JSON.
func nested(config Properties) Properties {
	decoded := Properties{}
	for name, value := range config {
		var inner any
		s, isText := value.(string)
		if isText && strings.ContainsAny(s, "[{") && json.Unmarshal([]byte(s), &inner) == nil {
			value = inner
		}
		decoded[name] = value
	}
	return decoded
}

// awsType is the rules of the API for one resource type. create and update complete the outputs in place; nil: no rule. The outputs
// have their physical name already.
type awsType struct {
	create func(a *account, out Properties) (id string, err error)
	update func(a *account, old, out Properties) error
	read   func(live, known Properties)
	remove func(a *account, id string, live Properties) error
}

func awsTypes() map[string]awsType {
	return map[string]awsType{
		logGroupType:                             {create: createLogGroup},
		"aws:cloudwatch/metricAlarm:MetricAlarm": {create: createAlarm},
		metricFilterType:                         {create: createMetricFilter},
		securityGroupType:                        {create: createSecurityGroup, update: updateSecurityGroup, remove: removeSecurityGroup},
		roleType:                                 {create: createRole, update: updateRole, remove: removeRole},
		rolePolicyType:                           {create: createRolePolicy, update: updateRolePolicy},
		roleAttachmentType:                       {create: createRoleAttachment},
		instanceType:                             {create: createInstance, update: updateInstance, read: readInstance, remove: removeInstance},
		clusterType:                              {create: createCluster, update: updateCluster, read: readCluster, remove: removeCluster},
		clusterInstanceType:                      {create: createClusterInstance, update: updateClusterInstance, remove: removeClusterInstance},
		clusterParameterGroupType:                {create: createClusterParameterGroup, update: updateParameterGroup, remove: removeClusterParameterGroup},
		parameterGroupType:                       {create: createParameterGroup, update: updateParameterGroup, remove: removeParameterGroup},
		subnetGroupType:                          {create: createSubnetGroup, update: updateSubnetGroup, remove: removeSubnetGroup},
		secretType:                               {create: createSecret, update: updateSecret, remove: removeSecret},
		secretVersionType:                        {create: createSecretVersion},
		vaultType:                                {create: createVault, remove: removeVault},
		planType:                                 {create: createPlan, update: checkPlan, remove: removePlan},
		selectionType:                            {create: createSelection},
		replicationType:                          {create: createReplication, remove: removeReplication},
		topicType:                                {create: createTopic},
		topicPolicyType:                          {create: createTopicPolicy},
		keyType:                                  {create: createKey},
		aliasType:                                {create: createAlias},
		eventSubscriptionType:                    {create: createEventSubscription, update: updateEventSubscription},
		dashboardType:                            {create: createDashboard},
		budgetType:                               {create: createBudget},
		"aws:sns/topicSubscription:TopicSubscription": {create: createSubscription},
	}
}

func (a *account) typeOf(typ string) (awsType, error) {
	t, ok := awsTypes()[typ]
	if !ok {
		_, err := a.facts.of(typ)
		return t, cmp.Or(err, fmt.Errorf("%s is not simulated: add it to awsTypes in simcloud", typ))
	}
	return t, nil
}

func (a *account) create(r request) (string, Properties, error) {
	t, err := a.typeOf(r.typ)
	if err != nil {
		return "", nil, err
	}
	out := a.outputs(r)
	if err := a.tag(r.typ, out); err != nil {
		return "", nil, err
	}
	for _, name := range []string{"name", "identifier"} {
		if prefix := out.Text(name + "Prefix"); prefix != "" && !out.has(name) {
			if out[name], err = resource.NewUniqueHex(prefix, 8, 0); err != nil {
				return "", nil, err
			}
		}
	}
	id, err := t.create(a, out)
	if err != nil {
		return "", nil, err
	}
	a.cloud.put(&Object{Kind: r.typ, ID: id, Properties: out})
	return id, out, nil
}

func (a *account) update(r request) (Properties, error) {
	t, err := a.typeOf(r.typ)
	if err != nil {
		return nil, err
	}
	o := a.cloud.get(r.typ, r.id)
	if o == nil {
		return nil, fmt.Errorf("updating %s (%s): NotFound: it does not exist (any more)", r.typ, r.id)
	}
	out := a.outputs(r)
	out.fill(o.Properties.only(a.facts.Resources[r.typ].Outputs))
	if err := a.tag(r.typ, out); err != nil {
		return nil, err
	}
	if t.update != nil {
		if err := t.update(a, o.Properties, out); err != nil {
			return nil, err
		}
	}
	o.Properties = out
	return out, nil
}

// inputs is an import's. The provider gives an instance what no call of the API tells, whatever it was made with.
func (a *account) inputs(typ string, live Properties) Properties {
	inputs := a.bridged.inputs(typ, live)
	if typ == instanceType {
		inputs["skipFinalSnapshot"], inputs["deleteAutomatedBackups"] = true, true
	}
	return inputs
}

func (a *account) read(r request) (Properties, error) {
	t, err := a.typeOf(r.typ)
	o := a.cloud.get(r.typ, r.id)
	if err != nil || o == nil {
		return nil, err
	}
	live := o.Properties.clone()
	if t.read != nil {
		t.read(live, fromPropertyMap(r.oldOutputs))
	}
	return live, nil
}

func (a *account) remove(r request) error {
	t, err := a.typeOf(r.typ)
	if err != nil {
		return err
	}
	o := a.cloud.get(r.typ, r.id)
	if o == nil {
		return nil // somebody else has deleted it
	}
	if t.remove != nil {
		if err := t.remove(a, r.id, o.Properties); err != nil {
			return err
		}
	}
	a.cloud.drop(o)
	return nil
}

// diff is the difference by the facts, and by the provider's own code.
func (a *account) diff(r request) (diff, error) {
	d, err := a.bridged.diff(r)
	if err != nil {
		return d, err
	}
	switch r.typ {
	case instanceType:
		diffInstance(&d, r)
	case clusterType:
		diffCluster(&d, r)
	}
	old, had := r.oldOutputs["tagsAll"]
	if tags, known := a.tagsAll(r.inputs); had && known && old.IsObject() {
		now := tags.propertyMap()
		if changed := resource.NewProperty(now); !changed.DeepEquals(old) {
			d.add("tagsAll", old, changed, func(string) bool { return false })
		}
	}
	return d, nil
}

func (a *account) preview(r request) (resource.PropertyMap, error) {
	outputs, err := a.bridged.preview(r)
	if _, has := outputs["tagsAll"]; has {
		if tags, known := a.tagsAll(r.inputs); known {
			outputs["tagsAll"] = resource.NewProperty(tags.propertyMap())
		}
	}
	return outputs, err
}

func (a *account) arn(service, rest string) string {
	return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, a.region, a.id, rest)
}

func (a *account) iamARN(rest string) string { return fmt.Sprintf("arn:aws:iam::%s:%s", a.id, rest) }

// digest is hexadecimal digits that look like a random id of AWS, and are the same for the same words.
func digest(n int, words ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(words, "\n")))
	return hex.EncodeToString(sum[:])[:n]
}

// newUUID is a random id, of a request or of a version.
func newUUID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}
