package credentials

import "github.com/mosaic-stories/mosaic-database/internal/naming"

// previews registers the login of preview environments, and the secret with it. It is one login and not a pair: what it makes is its own, so
// another one could not drop it. A rotation refuses previews until they have read the new password.
func (b *loginsBuilder) previews(c *Logins, name string) error {
	login, err := b.login("previews", name, b.cfg.Database.PasswordVersion)
	if err != nil {
		return err
	}
	secret, err := b.secrets.secret(naming.PreviewsSecret(b.cfg.Environment), "Login of the preview environments on "+b.database)
	if err != nil {
		return err
	}
	c.Previews, c.PreviewsSecretArn = &login, secret.Arn
	return nil
}
