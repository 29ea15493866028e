package pricelist

import (
	"encoding/json"
	"fmt"
)

// fields calls do with the name of each field of the object that comes next; do reads its value.
func fields(d *json.Decoder, do func(name string) error) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	if token != json.Delim('{') {
		return fmt.Errorf("%v where an object has to be", token)
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		text, _ := name.(string) // what is no name is an error of Token
		if err := do(text); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// skip reads a value and forgets it.
func skip(d *json.Decoder) error {
	var value json.RawMessage
	return d.Decode(&value)
}
