package testkit

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
)

// attributesLimit bounds the wait for new search attributes.
const attributesLimit = 30 * time.Second

// Name is a task queue or workflow id of the test's own, readable in Temporal's
// UI.
func Name(t testing.TB) string {
	t.Helper()
	clean := strings.NewReplacer("/", "-", " ", "-", "#", "-").Replace(t.Name())
	return clean + "-" + uniqueName("t")
}

// Client is a connection to the shared Temporal, closed with the test.
func Client(t testing.TB) client.Client {
	t.Helper()
	address, namespace := Temporal(t)
	c, err := client.DialContext(t.Context(), client.Options{
		HostPort: address, Namespace: namespace,
		Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	if err != nil {
		t.Fatalf("connect to Temporal: %v", err)
	}
	t.Cleanup(c.Close)
	return c
}

// SearchAttributes registers search attributes in the shared namespace and
// waits until queries accept them. Asking for those that exist costs one call,
// so every test says what it needs.
func SearchAttributes(t testing.TB, want map[string]enums.IndexedValueType) {
	t.Helper()
	_, namespace := Temporal(t)
	c := Client(t)
	have, err := c.OperatorService().ListSearchAttributes(t.Context(), &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		t.Fatalf("list search attributes: %v", err)
	}
	missing := map[string]enums.IndexedValueType{}
	var terms []string
	for name, kind := range want {
		existing, found := have.GetCustomAttributes()[name]
		if found && existing != kind {
			t.Fatalf("search attribute %s is a %s in this namespace, wanted %s", name, existing, kind)
		}
		if !found {
			missing[name] = kind
			terms = append(terms, "`"+name+"` IS NOT NULL")
		}
	}
	if len(missing) == 0 {
		return
	}
	_, err = c.OperatorService().AddSearchAttributes(t.Context(), &operatorservice.AddSearchAttributesRequest{
		Namespace: namespace, SearchAttributes: missing,
	})
	if err != nil && !strings.Contains(err.Error(), "already exists") { // another package was faster
		t.Fatalf("add search attributes: %v", err)
	}
	awaitQuery(t, c, namespace, strings.Join(terms, " OR "))
}

// awaitQuery waits until the frontend accepts a query, and one more period of
// the caches (one second here) for history, which cannot be asked.
func awaitQuery(t testing.TB, c client.Client, namespace, query string) {
	t.Helper()
	for deadline := time.Now().Add(attributesLimit); ; time.Sleep(50 * time.Millisecond) {
		_, err := c.CountWorkflow(t.Context(), &workflowservice.CountWorkflowExecutionsRequest{Namespace: namespace, Query: query})
		if err == nil {
			time.Sleep(1250 * time.Millisecond)
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("search attributes do not become usable: %v", err)
		}
	}
}
