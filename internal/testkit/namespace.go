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
	"google.golang.org/protobuf/types/known/durationpb"
)

// namespaceRetention is how long a test namespace keeps ended workflows: longer
// than any test runs.
const namespaceRetention = 24 * time.Hour

// OwnNamespace registers an empty namespace with search attributes (name to
// type, as in "Keyword") and waits until it can be used: for tests that count
// all workflows, or that lose them all. It takes about three seconds.
func OwnNamespace(t testing.TB, attributes map[string]string) (address, namespace string) {
	t.Helper()
	address, _ = Temporal(t)
	namespace = uniqueName("test")
	o := client.Options{HostPort: address, Namespace: namespace, Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))}
	names, err := client.NewNamespaceClient(o)
	if err != nil {
		t.Fatalf("connect to Temporal: %v", err)
	}
	defer names.Close()
	err = names.Register(t.Context(), &workflowservice.RegisterNamespaceRequest{
		Namespace: namespace, WorkflowExecutionRetentionPeriod: durationpb.New(namespaceRetention)})
	if err != nil {
		t.Fatalf("register a namespace: %v", err)
	}
	c, err := client.DialContext(t.Context(), o)
	if err != nil {
		t.Fatalf("connect to Temporal: %v", err)
	}
	defer c.Close()
	awaitQuery(t, c, namespace, "")
	if len(attributes) == 0 {
		return address, namespace
	}
	kinds, terms := map[string]enums.IndexedValueType{}, []string{}
	for name, text := range attributes {
		if kinds[name], err = enums.IndexedValueTypeFromString(text); err != nil {
			t.Fatalf("search attribute %s: %v", name, err)
		}
		terms = append(terms, "`"+name+"` IS NOT NULL")
	}
	_, err = c.OperatorService().AddSearchAttributes(t.Context(), &operatorservice.AddSearchAttributesRequest{
		Namespace: namespace, SearchAttributes: kinds,
	})
	if err != nil {
		t.Fatalf("add search attributes: %v", err)
	}
	awaitQuery(t, c, namespace, strings.Join(terms, " OR "))
	return address, namespace
}
