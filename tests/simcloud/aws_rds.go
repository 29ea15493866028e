package simcloud

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const (
	instanceType = "aws:rds/instance:Instance"
	// SnapshotType is the kind of a manual or final snapshot. Its id is the snapshot's identifier.
	SnapshotType = "aws:rds/snapshot:Snapshot"
	// RetainedBackups is the kind of the automated backups that outlive their instance. Its id is the
	// instance's identifier.
	RetainedBackups = "aws:rds/instance:Instance automated backups retained"
)

func (a *account) instance(identifierOrARN string) *Object {
	return a.cloud.find(instanceType, func(o *Object) bool {
		return (o.Properties.Text("identifier") == identifierOrARN || o.Properties.Text("arn") == identifierOrARN) && a.here(o)
	})
}

var identifierRule = regexp.MustCompile(`^[a-z](-?[a-z0-9]){0,62}$`)

func createInstance(a *account, out Properties) (string, error) {
	name := out.Text("identifier")
	err := a.instanceOrigin(out)
	switch {
	case err != nil:
	case !identifierRule.MatchString(name) || len(name) > 63:
		err = fmt.Errorf("InvalidParameterValue: The parameter DBInstanceIdentifier is not a valid identifier: begin with a " +
			"letter, only lower-case letters, digits and hyphens, no hyphen at the end nor two in a row, at most 63")
	case a.instance(name) != nil:
		err = fmt.Errorf("DBInstanceAlreadyExists: DB instance already exists")
	default:
		err = a.checkInstance(out)
	}
	if err != nil {
		return "", fmt.Errorf("creating RDS DB Instance (%s): %w", name, err)
	}
	a.launch(out)
	if err := a.manageMaster(nil, out, "password"); err != nil {
		return "", fmt.Errorf("creating RDS DB Instance (%s): %w", name, err)
	}
	out["address"], err = a.cloud.databases().Create(out, a.originOf(out))
	if err != nil {
		return "", fmt.Errorf("creating RDS DB Instance (%s): %w", name, err)
	}
	out["endpoint"] = fmt.Sprintf("%s:%d", out.Text("address"), int(out.Number("port")))
	return out.Text("resourceId"), nil
}

func updateInstance(a *account, old, out Properties) error {
	name := out.Text("identifier")
	refused := func(format string, args ...any) error {
		return fmt.Errorf("updating RDS DB Instance (%s): %w", name, fmt.Errorf(format, args...))
	}
	if out.Text("replicateSourceDb") != "" { // a replica has its own version, whatever Pulumi's state has
		out["engineVersion"], out["engineVersionActual"] = old["engineVersion"], old["engineVersionActual"]
	}
	if out.Text("engineVersion") != old.Text("engineVersion") {
		version, err := upgraded("postgres", old, out)
		if err != nil {
			return refused("%w", err)
		}
		out["engineVersionActual"] = version
	}
	if err := a.checkMove(old, out); err != nil {
		return refused("%w", err)
	}
	live, wanted := old.Number("allocatedStorage"), out.Number("allocatedStorage")
	if wanted < live {
		if out.Number("maxAllocatedStorage") <= wanted {
			return refused("InvalidParameterCombination: Invalid storage size for engine name postgres and storage type %s: "+
				"%v is less than the current %v", out.Text("storageType"), wanted, live)
		}
		out["allocatedStorage"] = live // the storage has grown by itself
	}
	if out.Number("backupRetentionPeriod") == 0 && len(a.replicas(out)) > 0 {
		return refused("InvalidParameterValue: Automated backups must be enabled while the instance has read replicas")
	}
	if err := a.checkInstance(out); err != nil {
		return refused("%w", err)
	}
	if major(old) != major(out) {
		for _, r := range a.replicas(out) { // a major upgrade also upgrades the replicas in the region
			r.Properties["engineVersion"], r.Properties["engineVersionActual"] = out["engineVersion"], out["engineVersionActual"]
		}
	}
	out["endpoint"] = fmt.Sprintf("%s:%d", out.Text("address"), int(out.Number("port")))
	a.exportLogs(out)
	if err := a.manageMaster(old, out, "password"); err != nil {
		return refused("%w", err)
	}
	if err := a.cloud.databases().Modify(old, out); err != nil {
		return refused("%w", err)
	}
	a.cloud.copyOn(out, replicating)
	return nil
}

// upgraded is the version that an upgrade comes to.
func upgraded(engine string, old, out Properties) (string, error) {
	was, version := old.Text("engineVersionActual"), actualVersion(out.Text("engineVersion"))
	from, _ := offeredVersion(was)
	if compareVersions(version, was) < 0 && version != out.Text("engineVersion") && major(old) == major(out) {
		version = was // the prefix still covers it
	}
	switch {
	case major(out) < major(old):
		return "", fmt.Errorf("InvalidParameterCombination: Cannot upgrade %s from %s to %s", engine, was, out.Text("engineVersion"))
	case major(old) != major(out) && !out.Flag("allowMajorVersionUpgrade"):
		return "", fmt.Errorf("InvalidParameterCombination: The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version")
	case version != from.String() && !slices.Contains(from.upgrades(), version):
		return "", fmt.Errorf("InvalidParameterCombination: Cannot upgrade %s from %s to %s", engine, was, version)
	}
	return version, nil
}

func (a *account) replicas(source Properties) []*Object {
	return a.cloud.all(instanceType, func(o *Object) bool {
		of := o.Properties.Text("replicateSourceDb")
		return of != "" && (of == source.Text("identifier") || of == source.Text("arn"))
	})
}

// readInstance hides, as the provider does, a minor version that a configured prefix covers.
func readInstance(live, known Properties) {
	actual, configured := live.Text("engineVersionActual"), known.Text("engineVersion")
	live["engineVersion"] = actual
	if configured == actual || configured != "" && strings.HasPrefix(actual, configured+".") {
		live["engineVersion"] = configured
	}
}

// diffInstance is what the provider decides beside its schema.
func diffInstance(d *diff, r request) {
	old, now := fromPropertyMap(r.oldOutputs), fromPropertyMap(r.inputs)
	wanted := now.Number("allocatedStorage")
	if old.Number("allocatedStorage") > wanted && now.Number("maxAllocatedStorage") > wanted {
		d.remove("allocatedStorage")
	}
	// A replica of an encrypted source is encrypted; not to say so reads as a wish to have it otherwise.
	if old.Flag("storageEncrypted") && !r.inputs.HasValue("storageEncrypted") && d.detailed["storageEncrypted"] == nil {
		d.add("storageEncrypted", resource.NewProperty(true), resource.NewProperty(false), func(string) bool { return true })
	}
}

func removeInstance(a *account, _ string, live Properties) error {
	name, snapshot := live.Text("identifier"), live.Text("finalSnapshotIdentifier")
	refused := func(why string) error { return fmt.Errorf("deleting RDS DB Instance (%s): %s", name, why) }
	replica := live.Text("replicateSourceDb") != ""
	switch skip := live.Flag("skipFinalSnapshot"); {
	case live.Flag("deletionProtection"):
		return refused("InvalidParameterCombination: Cannot delete protected DB Instance, please disable deletion protection " +
			"and try again")
	case !skip && snapshot == "":
		return refused("final_snapshot_identifier is required when skip_final_snapshot is false")
	case !skip && replica:
		return refused("InvalidParameterCombination: FinalDBSnapshotIdentifier can not be specified when deleting a read replica")
	case !skip && a.cloud.get(SnapshotType, snapshot) != nil:
		return refused(fmt.Sprintf("DBSnapshotAlreadyExists: Cannot create the snapshot because a snapshot with the identifier "+
			"%s already exists", snapshot))
	}
	if err := a.cloud.databases().Delete(live); err != nil {
		return refused(err.Error())
	}
	if !live.Flag("skipFinalSnapshot") {
		taken := live.clone()
		taken["arn"] = a.arn("rds", "snapshot:"+snapshot)
		if err := a.cloud.databases().Snapshot(live, snapshot); err != nil {
			return refused(err.Error())
		}
		a.cloud.put(&Object{Kind: SnapshotType, ID: snapshot, Properties: taken})
	}
	if live.Number("backupRetentionPeriod") > 0 && !live.Flag("deleteAutomatedBackups") {
		a.cloud.put(&Object{Kind: RetainedBackups, ID: name, Properties: live.clone()})
	}
	a.cloud.copyOn(live, retained)
	a.dropMasterSecret(live)
	for _, r := range a.replicas(live) {
		delete(r.Properties, "replicateSourceDb") // promoted
	}
	return nil
}
