package pricelist

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// list is what the table needs of a service's list of a region.
type list struct {
	service, region string
	published       string // such as 2026-08-12
	items           []item
	prices          map[figure]float64
	odd             map[figure]string // what is wrong with a price that is not as expected, which is then not in prices
}

// problems are what is wrong with a list; each says the rule and what to do.
type problems []string

func (p problems) Error() string { return strings.Join(p, "\n") }

// reading is a list while it is read. The list of RDS has tens of megabytes: only what the table needs is kept of it.
type reading struct {
	list
	d        *json.Decoder
	offer    string
	products map[string]priced // by SKU
}

// priced is a product with a price of the table.
type priced struct {
	figure
	engine string
	units  map[string]float64
	terms  map[string]term
}

type term struct {
	PriceDimensions map[string]dimension `json:"priceDimensions"`
}

type dimension struct {
	Unit         string            `json:"unit"`
	BeginRange   string            `json:"beginRange"`
	PricePerUnit map[string]string `json:"pricePerUnit"` // by currency
}

// readList reads a price list file of a service in a region, in AWS's JSON format v1.0. The error is of the stream, of the format, or
// [problems].
func readList(in io.Reader, service, region string) (list, error) {
	r := reading{list: list{service: service, region: region, items: items()}, d: json.NewDecoder(in), products: map[string]priced{}}
	published := ""
	err := fields(r.d, func(name string) error {
		switch name {
		case "offerCode":
			return r.d.Decode(&r.offer)
		case "publicationDate":
			return r.d.Decode(&published)
		case "products":
			return fields(r.d, r.product)
		case "terms":
			return fields(r.d, func(kind string) error {
				if kind == "OnDemand" {
					return fields(r.d, r.term)
				}
				return fields(r.d, func(string) error { return skip(r.d) })
			})
		}
		return skip(r.d)
	})
	if err != nil {
		return list{}, fmt.Errorf("not a price list in AWS's format, or not all of it: %w", err)
	}
	if r.offer != service {
		return list{}, problems{fmt.Sprintf("the list is of %q: it has to be of %s", r.offer, service)}
	}
	date, err := time.Parse(time.RFC3339, published)
	if err != nil {
		return list{}, problems{fmt.Sprintf("%s: publicationDate %q is no date such as 2026-08-12T16:29:36Z", service, published)}
	}
	r.published = date.UTC().Format(time.DateOnly)
	return r.evaluate()
}

func (r *reading) product(sku string) error {
	var p product
	if err := r.d.Decode(&p); err != nil {
		return err
	}
	if f, units, ok := r.figure(p); ok {
		r.products[sku] = priced{figure: f, engine: p.Attributes.DatabaseEngine, units: units}
	}
	return nil
}

// term reads the terms of a product, which come after all products.
func (r *reading) term(sku string) error {
	p, ok := r.products[sku]
	if !ok {
		return skip(r.d)
	}
	err := r.d.Decode(&p.terms)
	r.products[sku] = p
	return err
}

// evaluate finds the price of each figure, of all its products. One that is not as expected is odd, and leaves the others as they are; prices
// in another currency make all of the list wrong.
func (r *reading) evaluate() (list, error) {
	found, wrong := map[figure]map[float64]bool{}, problems{}
	r.prices, r.odd = map[figure]float64{}, map[figure]string{}
	for _, sku := range slices.Sorted(maps.Keys(r.products)) {
		p := r.products[sku]
		if p.engine != postgreSQL && r.hasPostgreSQL(p.figure) {
			continue
		}
		if problem := p.currency(); problem != "" {
			wrong = append(wrong, fmt.Sprintf("%s: %s %s", r.service, p.figure, problem))
			continue
		}
		usd, problem := p.usd()
		if problem != "" {
			r.odd[p.figure] = fmt.Sprintf("%s: %s %s", r.service, p.figure, problem)
		}
		if usd > 0 {
			if found[p.figure] == nil {
				found[p.figure] = map[float64]bool{}
			}
			found[p.figure][usd] = true
		}
	}
	for f, all := range found {
		amounts := slices.Sorted(maps.Keys(all))
		if len(amounts) > 1 {
			r.odd[f] = fmt.Sprintf("%s: %s has the prices %v: one has to be left; tell them apart by another attribute in figures.go", r.service, f, amounts)
		}
		if r.odd[f] == "" {
			r.prices[f] = amounts[0]
		}
	}
	if len(found)+len(r.odd)+len(wrong) == 0 {
		wrong = append(wrong, r.service+": none of the prices that the table needs; compare the usage types of the list with those in figures.go")
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		return list{}, slices.Compact(wrong)
	}
	return r.list, nil
}

// hasPostgreSQL tells whether a figure has a product for PostgreSQL alone, which counts before one for any engine.
func (r *reading) hasPostgreSQL(f figure) bool {
	for _, p := range r.products {
		if p.figure == f && p.engine == postgreSQL {
			return true
		}
	}
	return false
}
