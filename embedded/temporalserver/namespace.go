package temporalserver

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

// ensureNamespace registers the namespace, or brings the retention of an
// existing one to what is asked for.
func (f *frontend) ensureNamespace(ctx context.Context, name string, retention time.Duration) error {
	_, err := f.workflows.RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace:                        name,
		Description:                      "Huajie cases on this machine",
		WorkflowExecutionRetentionPeriod: durationpb.New(retention),
	})
	// Raw gRPC gives a status; the code is all that matters of it.
	if err != nil && status.Code(err) != codes.AlreadyExists {
		return err
	}
	var found *workflowservice.DescribeNamespaceResponse
	err = until(ctx, 50*time.Millisecond, func() (bool, error) {
		var err error
		found, err = f.workflows.DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: name})
		return err == nil, err
	})
	if err != nil || found.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration() == retention {
		return err
	}
	_, err = f.workflows.UpdateNamespace(ctx, &workflowservice.UpdateNamespaceRequest{
		Namespace: name,
		Config:    &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(retention)},
	})
	return err
}

// ensureSearchAttributes adds what is missing and waits until all of it can be
// used in a query and in a workflow. A type that differs is an error: on SQL
// the values already stored sit in a column of the old type.
func (f *frontend) ensureSearchAttributes(ctx context.Context, namespace string, want map[string]enums.IndexedValueType) error {
	if err := f.queryable(ctx, namespace, nil); err != nil {
		return err // not even the namespace itself can be listed yet
	}
	have, err := f.operator.ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		return err
	}
	missing := map[string]enums.IndexedValueType{}
	var faults []error
	for name, kind := range want {
		existing, found := have.GetCustomAttributes()[name]
		switch {
		case !found:
			missing[name] = kind
		case existing != kind:
			faults = append(faults, fmt.Errorf("%s is registered as %s, wanted %s", name, existing, kind))
		}
	}
	if len(faults) > 0 || len(missing) == 0 {
		return errors.Join(faults...)
	}
	_, err = f.operator.AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
		Namespace: namespace, SearchAttributes: missing,
	})
	if err != nil {
		return err
	}
	if err := f.queryable(ctx, namespace, missing); err != nil {
		return err
	}
	// A query proves the frontend's cache only. History keeps a cache of its
	// own, cannot be asked, and has certainly refreshed after one more period.
	return sleep(ctx, cacheRefresh+cacheRefresh/4)
}

// queryable waits until a list query over all the attributes is accepted.
func (f *frontend) queryable(ctx context.Context, namespace string, attributes map[string]enums.IndexedValueType) error {
	terms := make([]string, 0, len(attributes))
	for name := range attributes {
		terms = append(terms, "`"+name+"` IS NOT NULL")
	}
	request := &workflowservice.CountWorkflowExecutionsRequest{Namespace: namespace, Query: strings.Join(terms, " OR ")}
	return until(ctx, 50*time.Millisecond, func() (bool, error) {
		_, err := f.workflows.CountWorkflowExecutions(ctx, request)
		return err == nil, err
	})
}

// sleep waits unless the context ends first.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
