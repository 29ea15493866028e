package simcloud

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// audience is the audience that the clusters' OIDC providers have, the only one.
const audience = "sts.amazonaws.com"

// verified returns what a token says, if one of the clusters' keys has signed it. Who issued it, for whom, and until when is checked
// by [Cloud.identify].
func (f *Front) verified(ctx context.Context, text string) (jwt.Claims, error) {
	token, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.ES256, jose.ES384, jose.ES512})
	if err != nil {
		return jwt.Claims{}, badRequest("InvalidIdentityToken",
			"The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)").because(err)
	}
	key, err := f.key(ctx, token.Headers[0].KeyID)
	if err != nil {
		return jwt.Claims{}, badRequest("InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider,  "+
			"please reference AssumeRoleWithWebIdentity documentation for requirements").because(err)
	}
	var claims jwt.Claims
	if err := token.Claims(key, &claims); err != nil {
		return jwt.Claims{}, badRequest("InvalidIdentityToken", "The web identity token that was passed could not be validated by AWS. "+
			"Get a new identity token from the identity provider and then retry the request.").because(err)
	}
	return claims, nil
}

// key is a public key of the clusters. They are asked for it if it is not known yet, as after a change of keys.
func (f *Front) key(ctx context.Context, id string) (jose.JSONWebKey, error) {
	f.mu.Lock()
	found := f.known.Key(id)
	f.mu.Unlock()
	if len(found) > 0 {
		return found[0], nil
	}
	text, err := f.keys(ctx)
	if err != nil {
		return jose.JSONWebKey{}, err
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(text, &set); err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("the JSON Web Key Set: %w", err)
	}
	f.mu.Lock()
	f.known = set
	f.mu.Unlock()
	if found = set.Key(id); len(found) == 0 {
		return jose.JSONWebKey{}, errors.New("no key has the id " + id)
	}
	return found[0], nil
}

// identify returns whom a token of one of the account's clusters is about.
func (c *Cloud) identify(token jwt.Claims, now time.Time) (webIdentity, error) {
	issuer := strings.TrimPrefix(token.Issuer, "https://")
	_, found := findCluster(func(e eksCluster) bool { return "https://"+e.issuer(e.region(c)) == token.Issuer })
	expiry := token.Expiry.Time()
	switch {
	case !found:
		return webIdentity{}, badRequest("InvalidIdentityToken", "No OpenIDConnect provider found in your account for "+token.Issuer)
	case !slices.Contains(token.Audience, audience):
		return webIdentity{}, badRequest("InvalidIdentityToken", "Incorrect token audience").because(fmt.Errorf("%v", token.Audience))
	case !now.Before(expiry):
		return webIdentity{}, badRequest("ExpiredTokenException", fmt.Sprintf("Token expired: current date/time %d must be before the "+
			"expiration date/time %d", now.Unix(), expiry.Unix()))
	}
	provider := fmt.Sprintf("arn:aws:iam::%s:oidc-provider/%s", cmp.Or(c.AccountID, c.account), issuer)
	return webIdentity{provider, issuer, token.Subject}, nil
}
