package iam

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func document() Document {
	return Policy(
		Statement{Sid: "A", Effect: Allow, Principal: Principal{"Service": {"s.amazonaws.com"}}, Action: Values{"a:B"}, Resource: Values{"r"},
			Condition: Condition{"StringEquals": {"k": {"v"}}}},
		Statement{Effect: Deny, Principal: Everyone(), Action: Values{"a:B", "a:C"}},
	)
}

// A change of the text would be an update in every stack.
func TestFormats(t *testing.T) {
	for format, want := range map[Format]string{
		Standard: `{"Version":"2012-10-17","Statement":[` +
			`{"Sid":"A","Effect":"Allow","Principal":{"Service":"s.amazonaws.com"},"Action":["a:B"],"Resource":["r"],"Condition":{"StringEquals":{"k":"v"}}},` +
			`{"Effect":"Deny","Principal":"*","Action":["a:B","a:C"]}]}`,
		Terse: `{"Statement":[` +
			`{"Sid":"A","Effect":"Allow","Principal":{"Service":"s.amazonaws.com"},"Action":"a:B","Resource":"r","Condition":{"StringEquals":{"k":"v"}}},` +
			`{"Effect":"Deny","Principal":"*","Action":["a:B","a:C"]}],"Version":"2012-10-17"}`,
		TerseSorted: `{"Statement":[` +
			`{"Action":"a:B","Condition":{"StringEquals":{"k":"v"}},"Effect":"Allow","Principal":{"Service":"s.amazonaws.com"},"Resource":"r","Sid":"A"},` +
			`{"Action":["a:B","a:C"],"Effect":"Deny","Principal":"*"}],"Version":"2012-10-17"}`,
		ListsSorted: `{"Statement":[` +
			`{"Action":["a:B"],"Condition":{"StringEquals":{"k":["v"]}},"Effect":"Allow","Principal":{"Service":["s.amazonaws.com"]},"Resource":["r"],"Sid":"A"},` +
			`{"Action":["a:B","a:C"],"Effect":"Deny","Principal":"*"}],"Version":"2012-10-17"}`,
	} {
		text, err := document().Encode(format)
		require.NoError(t, err)
		assert.Equal(t, want, text)
		var read Document
		require.NoError(t, json.Unmarshal([]byte(text), &read))
		assert.Equal(t, document(), read, "reads back: %s", text)
	}
}

func TestASingleStatementAndOtherValuesAreRead(t *testing.T) {
	var read Document
	require.NoError(t, json.Unmarshal([]byte(`{"Statement": {"Effect": "Allow", "Action": "a:*", "Condition": {"Bool": {"k": true}}}}`), &read))
	require.Len(t, read.Statement, 1)
	assert.Equal(t, Values{"true"}, read.Statement[0].Condition["Bool"]["k"])
	assert.True(t, read.Statement[0].Action.Cover("a:B"))
	assert.False(t, read.Statement[0].Action.Cover("b:B"))
	assert.Error(t, json.Unmarshal([]byte(`{"Statement": 1}`), &read))
}
