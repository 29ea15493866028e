package lifecycle

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// house is a stack without a state, in an account with a database that CDK made, and what db-adopt calls.
type house struct {
	*desk
	account *account
}

// newHouse makes prod with the program, lets the state go, and gives everything the names and the settings that CDK gives it.
func newHouse(t *testing.T) *house {
	t.Helper()
	h := vacated(t)
	h.rename(live.SubnetGroupType, "mosaic-prod-db-subnet-group")
	h.rename(live.ParameterGroupType, "mosaicdatabasestack-parameters-abc")
	h.rename(live.SecurityGroupType, "mosaic-prod-rds-sg")
	h.settle()
	return h
}

// vacated makes prod with the program and some settings, and lets the state, the settings, and what only this program makes go.
func vacated(t *testing.T, settings ...engine.Override) *house {
	t.Helper()
	h := &house{desk: newDesk(t, live.Started(t, "prod", settings...))}
	h.account = &account{cloud: h.Cloud, instance: map[string]any{}}
	stays := []string{live.InstanceType, live.SubnetGroupType, live.ParameterGroupType, live.SecurityGroupType, live.SecretType, live.SecretVersionType, live.RoleType, live.LogGroupType}
	var kinds []string
	for _, r := range h.Resources() {
		if strings.HasPrefix(r.Type, "aws:") && !slices.Contains(stays, r.Type) {
			kinds = append(kinds, r.Type)
		}
	}
	h.CLI("state", "delete", "--all", "--force", "--yes")
	for _, o := range h.Cloud.Objects("") {
		if slices.Contains(kinds, o.Kind) || o.Kind == live.JobType || strings.Contains(o.ID+o.Properties.Text("secretId"), "rds/connection") {
			require.NoError(t, h.Cloud.Remove(o.Kind, o.ID), o.Kind)
		}
	}
	for _, setting := range settings {
		h.CLI("config", "rm", "--path", "mosaic-database:"+setting.Path)
	}
	return h
}

// rename gives the only object of a kind the name that another tool gave it.
func (h *house) rename(kind, name string) {
	h.T.Helper()
	o := h.One(kind)
	require.NoError(h.T, h.Cloud.Remove(kind, o.ID))
	o.Properties["name"], o.Properties["description"] = name, "made by somebody else"
	if kind != live.SecurityGroupType {
		o.ID = name
		o.Properties["id"] = name
	}
	require.NoError(h.T, h.Cloud.Add(o))
	for _, i := range h.Cloud.Objects(live.InstanceType) {
		require.NoError(h.T, h.Cloud.Edit(live.InstanceType, i.ID, func(p simcloud.Properties) {
			switch kind {
			case live.SubnetGroupType:
				p["dbSubnetGroupName"] = name
			case live.ParameterGroupType:
				p["parameterGroupName"] = name
			}
		}))
	}
}

// settle gives what stays the settings that CDK gives it.
func (h *house) settle() {
	h.T.Helper()
	edit := func(kind, id string, with func(simcloud.Properties)) {
		require.NoError(h.T, h.Cloud.Edit(kind, id, with))
	}
	edit(live.InstanceType, h.One(live.InstanceType).ID, func(p simcloud.Properties) {
		p["performanceInsightsEnabled"], p["monitoringInterval"], p["backupRetentionPeriod"] = false, 60.0, 7.0
		delete(p, "performanceInsightsRetentionPeriod")
	})
	edit(live.ParameterGroupType, "mosaicdatabasestack-parameters-abc", func(p simcloud.Properties) {
		p["parameters"] = []any{map[string]any{"name": "statement_timeout", "value": "30000"}, map[string]any{"name": "rds.force_ssl", "value": "1"}}
	})
	for _, group := range h.Cloud.Objects(live.LogGroupType) {
		edit(live.LogGroupType, group.ID, func(p simcloud.Properties) { p["retentionInDays"] = 7.0 })
	}
	edit(live.RoleType, "mosaic-prod-core-api-secrets-role", func(p simcloud.Properties) {
		p["assumeRolePolicy"] = `{"Version": "2012-10-17", "Statement": []}`
	})
}

// adopt runs db-adopt.
func (h *house) adopt(answer string, options ...string) (string, error) {
	h.T.Helper()
	h.script("aws", h.account.script())
	return h.recipe("prod", "adopt", answer, options...)
}
