package credentials

import (
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Password and salt are those of the example in RFC 7677, section 3; its client proof and server signature are computed from
// the two keys of this verifier.
func TestVerifier(t *testing.T) {
	salt, err := base64.StdEncoding.DecodeString("W22ZaJ0SNY7soEsUEjb6gQ==")
	require.NoError(t, err)
	got, err := Verifier("pencil", salt)
	require.NoError(t, err)
	assert.Equal(t, "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=", got)
	other, err := Verifier("pencil", append(salt[:15:15], 'x'))
	require.NoError(t, err)
	assert.NotEqual(t, got, other, "the same password has another verifier with another salt")
}
