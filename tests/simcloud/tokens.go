package simcloud

import (
	"fmt"
	"strings"
)

// maySignIn tells whether the server takes a token of the role for a login.
func (c *Cloud) maySignIn(role *Object, server Properties, login string) bool {
	region, id := strings.Split(server.Text("arn"), ":")[3], server.Text("resourceId")
	by := caller{role, "botocore-session", region}
	resource := fmt.Sprintf("arn:aws:rds-db:%s:%s:dbuser:%s/%s", region, by.account(), id, login)
	return server.Flag("iamDatabaseAuthenticationEnabled") && c.takesTokens(id, login) &&
		c.authorize(action{by: by, name: "rds-db:connect", resource: resource, context: map[string]string{}}) == nil
}

// takesTokens tells whether a login of a server is one by token. A real PostgreSQL keeps that for itself.
func (c *Cloud) takesTokens(resourceID, login string) bool {
	known := c.get(Logins, resourceID)
	return c.Databases != nil || known != nil && known.Properties.Text(login) == byToken
}

// refusesTokens is nil if some role may log in by token, where a Secret has no password.
func (c *Cloud) refusesTokens(server Properties, login string) error {
	for _, role := range c.all(roleType, nil) {
		if c.maySignIn(role, server, login) {
			return nil
		}
	}
	return fmt.Errorf("FATAL: PAM authentication failed for user %q", login)
}
