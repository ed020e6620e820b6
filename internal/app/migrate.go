package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/durationpb"

	"huajie/config"
	"huajie/domain/account"
	"huajie/domain/org"
	"huajie/store"
	"huajie/workflows"
)

// DemoPassword is the password of every demonstration account. It is public; nobody
// signs in with it where `demo` is not on.
const DemoPassword = account.DemoPassword

// historyKept is how long the engine keeps the history of an ended case.
const historyKept = 30 * 24 * time.Hour

// Migrate brings database and engine to what this version needs: schema,
// namespace, search attributes, and the demonstration accounts where they are
// wanted. It may run any number of times.
func Migrate(ctx context.Context, cfg config.Config, log *slog.Logger) error {
	cfg = Effective(cfg)
	if cfg.DatabaseURL == "" {
		return errors.New("no database: set HUAJIE_DATABASE_URL")
	}
	if err := store.Migrate(ctx, cfg.DatabaseURL); err != nil {
		return fmt.Errorf("database schema: %w", err)
	}
	if cfg.TemporalAddress != "" {
		if err := prepareEngine(ctx, cfg); err != nil {
			return fmt.Errorf("engine: %w", err)
		}
	}
	return Seed(ctx, cfg, log)
}

// prepareEngine registers namespace and search attributes where they are missing.
func prepareEngine(ctx context.Context, cfg config.Config) error {
	ns, err := client.NewNamespaceClient(client.Options{HostPort: cfg.TemporalAddress})
	if err != nil {
		return err
	}
	defer ns.Close()
	err = ns.Register(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace: cfg.TemporalNamespace, WorkflowExecutionRetentionPeriod: durationpb.New(historyKept)})
	var exists *serviceerror.NamespaceAlreadyExists
	if err != nil && !errors.As(err, &exists) {
		return err
	}
	c, err := client.DialContext(ctx, client.Options{HostPort: cfg.TemporalAddress, Namespace: cfg.TemporalNamespace})
	if err != nil {
		return err
	}
	defer c.Close()
	return addAttributes(ctx, c, cfg.TemporalNamespace)
}

func addAttributes(ctx context.Context, c client.Client, namespace string) error {
	have, err := c.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		return err
	}
	missing := map[string]enums.IndexedValueType{}
	for name, kind := range workflows.SearchAttributes() {
		if _, ok := have.CustomAttributes[name]; !ok {
			t, err := enums.IndexedValueTypeFromString(kind)
			if err != nil {
				return err
			}
			missing[name] = t
		}
	}
	if len(missing) == 0 {
		return nil
	}
	_, err = c.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{Namespace: namespace, SearchAttributes: missing})
	return err
}

// Seed keeps the rulebook of this version, since cases dispatched under it are
// judged by it as long as they live, and creates the demonstration accounts
// where they are wanted.
func Seed(ctx context.Context, cfg config.Config, log *slog.Logger) error {
	book, err := Rulebook(cfg)
	if err != nil {
		return err
	}
	fields, err := Fields(cfg)
	if err != nil {
		return err
	}
	s, err := store.New(ctx, cfg.DatabaseURL, store.WithFields(fields))
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.KeysFit(ctx); err != nil { // the ledger knows its keys from now on
		return fmt.Errorf("field keys: %w", err)
	}
	if err := s.SaveRulebook(ctx, book.Version, book.Files(), "migrate"); err != nil {
		return fmt.Errorf("rulebook: %w", err)
	}
	if !cfg.Demo {
		return nil
	}
	hash, err := store.HashPassword(DemoPassword)
	if err != nil {
		return err
	}
	users := book.Users.Users()
	if err := s.UpsertUsers(ctx, users, hash); err != nil {
		return fmt.Errorf("demonstration accounts: %w", err)
	}
	log.DebugContext(ctx, "demonstration accounts are there", "count", len(users))
	return nil
}

// DemoAccount is one line of `huajie demo accounts`.
type DemoAccount struct {
	Username string   `json:"username"`
	Password string   `json:"password"`
	Role     org.Role `json:"role"`
	Unit     string   `json:"unit"`
	Name     string   `json:"name"`
	UnitName string   `json:"unit_name"`
}

// DemoAccounts lists the demonstration accounts, one line per office.
func DemoAccounts(cfg config.Config) ([]DemoAccount, error) {
	book, err := Rulebook(cfg)
	if err != nil {
		return nil, err
	}
	var out []DemoAccount
	for _, u := range book.Users.Users() {
		for _, g := range u.Grants {
			unit, _ := book.Org.Unit(g.Unit)
			out = append(out, DemoAccount{u.Username, DemoPassword, g.Role, g.Unit, u.ZH, unit.ZH})
		}
	}
	return out, nil
}
