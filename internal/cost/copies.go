package cost

import (
	"fmt"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/cost/prices"
)

// table is the prices of the stack's region, those of the region of the copies, and the discounts of reserved instances.
type table struct {
	region, copies prices.Region
	reserved       []prices.Discount
}

// copies adds the copies of the backups in another region: their storage there, of which none is free, and their way, once a month as a whole.
// AWS bills snapshots, and what is written since; how much that is, nobody knows before.
func (e *estimator) copies() {
	region := e.cfg.Backups.CopyToRegion
	if region == "" {
		return
	}
	instances, each := 1+retainedOf(e.cfg, config.PostgreSQL), e.cfg.Budget.ExpectedBackupGiB // RDS copies no backups of a cluster
	count := times(instances)
	e.elsewhere("backup copies", fmt.Sprintf("%s%d GiB expected in %s", count, each, region), "backup GB-month", float64(instances*each))
	e.priced("copying", fmt.Sprintf("%s%d GiB expected a month to %s", count, each, region), "GB to another region", float64(instances*each))
}

// copiedSecrets are the replicas of the two secrets that have one.
const copiedSecrets = 2

// replicas adds the replicas of the secrets in the region of the copies.
func (e *estimator) replicas() {
	if region := e.cfg.Backups.CopyToRegion; region != "" {
		e.elsewhere("secret replicas", fmt.Sprintf("%d in %s", copiedSecrets, region), "secret-month", copiedSecrets)
	}
}

// keys adds the keys that the program makes: of the topic, and of the copies.
func (e *estimator) keys() {
	if len(e.cfg.Alerts.Emails) > 0 && e.cfg.Alerts.KmsKeyID == "" {
		e.priced("KMS keys", "1", "key-month", 1)
	}
	if e.cfg.Backups.MakesKey() {
		e.elsewhere("key of the copies", "1 in "+e.cfg.Backups.CopyToRegion, "key-month", 1)
	}
}

// elsewhere is priced by the prices of the region of the copies.
func (e *estimator) elsewhere(item, detail, key string, quantity float64) {
	e.pricedIn(e.copyPrices, item, detail, key, quantity)
}

// pricesOfCopies are the prices of the region of the copies; none without copies.
func pricesOfCopies(region string) (prices.Region, error) {
	if region == "" {
		return prices.Region{}, nil
	}
	return prices.Of(region)
}
