package credentials

import (
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// reader registers the read-only login, and the secret with its connection.
func (b *loginsBuilder) reader(c *Logins, pair naming.Pair) error {
	reader, err := b.pair("reader", pair)
	if err != nil {
		return err
	}
	secret, err := b.secrets.secret(b.app.Secrets.ReadOnly, "Read-only connection to "+b.described())
	if err != nil {
		return err
	}
	c.Reader, c.ReaderSecretArn = &reader, secret.Arn
	return nil
}

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

// connection registers the secret of an application with a database of its own. It is protected like the application's role: the pods'
// Secret is made from it.
func (b *loginsBuilder) connection(c *Logins) error {
	protected := b.secrets
	protected.protect = b.app.DeletionProtection
	secret, err := protected.secret(b.app.Secrets.Connection, "Connection to "+b.described())
	if err != nil {
		return err
	}
	c.ConnectionSecretArn = secret.Arn
	return nil
}
