package localstack

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// duplicateDatabase is PostgreSQL's code for a database that exists already.
const duplicateDatabase = "42P04"

// requiredExtensions come with PostgreSQL's contrib: btree_gin for Temporal's
// visibility, pg_trgm for search in Chinese text.
var requiredExtensions = []string{"btree_gin", "pg_trgm"}

// CreateDatabases creates those of the databases that do not exist yet, on the
// server a URL points to. They come from template0, so that nothing installed
// in template1 gets into them, and inherit the locale of the cluster.
func CreateDatabases(ctx context.Context, url string, names ...string) error {
	conn, err := connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing depends on it
	for _, name := range names {
		_, err := conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()+" TEMPLATE template0 ENCODING 'UTF8'")
		var pg *pgconn.PgError
		if errors.As(err, &pg) && pg.Code == duplicateDatabase {
			continue
		}
		if err != nil {
			return fmt.Errorf("create database %s: %w", name, err)
		}
	}
	return nil
}

// CheckExtensions makes sure that the extensions the product needs can be
// created on a server.
func CheckExtensions(ctx context.Context, url string) error {
	conn, err := connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing depends on it
	rows, err := conn.Query(ctx, `SELECT wanted FROM unnest($1::text[]) AS wanted
		WHERE wanted NOT IN (SELECT name FROM pg_available_extensions)`, requiredExtensions)
	if err != nil {
		return err
	}
	missing, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return fmt.Errorf("PostgreSQL lacks the extension(s) %s: install its contrib modules (Debian: apt-get install postgresql-contrib postgresql-15)", strings.Join(missing, ", "))
	}
	return nil
}

// connect opens one connection. An error of the parser would quote the URL and
// its password, so it is not passed on.
func connect(ctx context.Context, url string) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the database URL is not valid: want postgres://user:password@host:port/database")
	}
	return pgx.ConnectConfig(ctx, config)
}
