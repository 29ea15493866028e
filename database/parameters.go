package database

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/parameters"
)

// Parameter is a parameter of every parameter group, unless the configuration has another value.
type Parameter struct {
	Name, Value string // the value as RDS stores it: a boolean as 1 or 0, a time in milliseconds
	Why         string
	// Instead is the value where the engine version has another kind of value; "": there is none.
	Instead string
}

// DefaultParameters are the parameters of every parameter group. log_statement stays off, because it would write the passwords in
// ALTER ROLE statements to the log. statement_timeout stays off, because it would end reports, backups and maintenance too.
func DefaultParameters() []Parameter {
	return []Parameter{
		{Name: "rds.force_ssl", Value: "1", Why: "TLS is required, whatever the default of the engine version is"},
		{Name: "log_min_duration_statement", Value: "1000", Why: "a statement of a second or longer is logged"},
		{Name: "log_connections", Value: "1", Instead: "all", Why: "who connects is logged; from PostgreSQL 18 on, the value is what of it"},
		{Name: "log_disconnections", Value: "1", Why: "and for how long"},
		{Name: "log_lock_waits", Value: "1", Why: "who waits for a lock for more than a second (deadlock_timeout) is logged, with who has it"},
		{
			Name: "idle_in_transaction_session_timeout", Value: "300000",
			Why: "a session that is idle in a transaction for five minutes is ended: it holds its locks, and keeps VACUUM from cleaning up",
		},
		{Name: "random_page_cost", Value: "1.1", Why: "on SSD storage, a page anywhere costs hardly more than the next one; PostgreSQL's 4 is for disks that turn"},
	}
}

// Parameters returns the parameters of a configuration by name: its own, over the defaults.
func Parameters(cfg *config.Config) map[string]string {
	values, catalogue := map[string]string{}, cfg.Catalogue()
	for _, own := range DefaultParameters() {
		values[own.Name] = own.Value
		if known, _ := catalogue.Lookup(own.Name); own.Instead != "" && known.Check(own.Value) != nil {
			values[own.Name] = own.Instead
		}
	}
	maps.Copy(values, cfg.Database.Parameters)
	return values
}

// parameterGroup registers the parameter group of an instance and its replicas. Its name is generated: a new major version
// needs a group of another family, which must exist before the instance can leave the old one. A retained instance has
// its own group, because it may have another major version.
func (b *builder) parameterGroup(identifier string, opts ...pulumi.ResourceOption) (*rds.ParameterGroup, error) {
	list := rds.ParameterGroupParameterArray{}
	for _, one := range b.parameterInputs() {
		list = append(list, one)
	}
	group, err := rds.NewParameterGroup(b.ctx, identifier, &rds.ParameterGroupArgs{
		Family:      pulumi.String(b.family(config.PostgreSQL)),
		Description: pulumi.Sprintf("Parameters of %s", identifier),
		Parameters:  list,
	}, append(opts, b.parent)...)
	if err != nil {
		return nil, fmt.Errorf("registering the parameter group %s: %w", identifier, err)
	}
	return group, nil
}

// parameterInputs are the parameters of a group, by their names. Those of a cluster's group have the same fields.
func (b *builder) parameterInputs() []rds.ParameterGroupParameterArgs {
	values, catalogue := Parameters(b.cfg), b.cfg.Catalogue()
	var all []rds.ParameterGroupParameterArgs
	for _, name := range slices.Sorted(maps.Keys(values)) {
		all = append(all, rds.ParameterGroupParameterArgs{
			Name:        pulumi.String(name),
			Value:       pulumi.String(values[name]),
			ApplyMethod: pulumi.String(catalogue.ApplyMethod(name, values[name])),
		})
	}
	return all
}

// family is the parameter group family of an engine in the configured version. A retained server may have another engine than the active one.
func (b *builder) family(of config.Engine) string {
	return parameters.Family(string(of), b.cfg.Database.EngineVersion)
}
