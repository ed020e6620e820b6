package temporalserver

import (
	"fmt"

	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/tools/common/schema"
	"go.temporal.io/server/tools/sql"
)

// The schemas ship inside the server's own module, so a server and its schema
// can never be of two versions.
const (
	mainSchema       = "postgresql/v12/temporal"
	visibilitySchema = "postgresql/v12/visibility"
)

// migrate brings both databases to the schema of this server version: an empty
// one is set up, an older one updated, a current one left alone.
func migrate(stores map[string]config.DataStore, logger log.Logger) error {
	if err := migrateStore(stores[mainStore].SQL, mainSchema, logger); err != nil {
		return fmt.Errorf("schema of the main store: %w", err)
	}
	if err := whole(stores[visibilityStore].SQL, logger); err != nil {
		return err
	}
	if err := migrateStore(stores[visibilityStore].SQL, visibilitySchema, logger); err != nil {
		return fmt.Errorf("schema of the visibility store: %w", err)
	}
	return slim(stores[visibilityStore].SQL, logger)
}

// migrateStore migrates one database.
func migrateStore(cfg *config.SQL, name string, logger log.Logger) error {
	conn, err := sql.NewConnection(cfg, logger)
	if err != nil {
		return err
	}
	defer conn.Close()

	// A database without a version table reports an error: that is how an
	// empty one is told from one that needs an update only.
	if version, err := conn.ReadSchemaVersion(); err != nil || version == "" {
		setup := &schema.SetupConfig{InitialVersion: "0.0"}
		if err := schema.NewSetupSchemaTask(conn, setup, logger).Run(); err != nil {
			return fmt.Errorf("set up: %w", err)
		}
	}
	update := &schema.UpdateConfig{DBName: cfg.DatabaseName, SchemaName: name}
	if err := schema.NewUpdateSchemaTask(conn, update, logger).Run(); err != nil {
		return fmt.Errorf("update: %w", err)
	}
	return nil
}
