package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/jackc/pgx/v5"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the schema up to date. Processes that start together wait for
// each other on an advisory lock; one that finds nothing to do is done in
// milliseconds.
func Migrate(ctx context.Context, url string) error {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return errors.New("store: the database URL cannot be read") // it may hold a password
	}
	db := stdlib.OpenDB(*cfg)
	err = migrate(ctx, db)
	return errors.Join(err, db.Close())
}

func migrate(ctx context.Context, db *sql.DB) error {
	p, err := provider(db)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("store: migrate: %w", fault(err))
	}
	secret := make([]byte, secretSize)
	_, _ = rand.Read(secret) // never fails
	_, err = db.ExecContext(ctx, `INSERT INTO secrets (name, value) VALUES ('ledger', $1) ON CONFLICT DO NOTHING`, secret)
	return fault(err)
}

// provider knows the embedded migrations and takes turns with others by an
// advisory lock, asked for every second for five minutes.
func provider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
}
