package temporalserver

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

// frontend speaks to the frontend of this very process. Raw gRPC, because
// everything needed here are four calls and the SDK would add its own caches.
type frontend struct {
	*grpc.ClientConn
	workflows workflowservice.WorkflowServiceClient
	operator  operatorservice.OperatorServiceClient
}

// dialFrontend connects and waits until the frontend says that it serves.
func dialFrontend(ctx context.Context, address string) (*frontend, error) {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, err
	}
	health := healthpb.NewHealthClient(conn)
	request := &healthpb.HealthCheckRequest{Service: workflowservice.WorkflowService_ServiceDesc.ServiceName}
	err = until(ctx, 20*time.Millisecond, func() (bool, error) {
		answer, err := health.Check(ctx, request)
		return err == nil && answer.GetStatus() == healthpb.HealthCheckResponse_SERVING, err
	})
	if err != nil {
		return nil, fmt.Errorf("frontend %s does not serve: %w", address, err)
	}
	return &frontend{
		ClientConn: conn,
		workflows:  workflowservice.NewWorkflowServiceClient(conn),
		operator:   operatorservice.NewOperatorServiceClient(conn),
	}, nil
}

// until repeats try until it reports true. When the context ends first, the
// last error of try is part of the answer, since that is the true cause.
func until(ctx context.Context, every time.Duration, try func() (bool, error)) error {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		done, err := try()
		if done {
			return nil
		}
		select {
		case <-ctx.Done():
			if err != nil {
				return fmt.Errorf("%w (last: %w)", ctx.Err(), err)
			}
			return ctx.Err()
		case <-ticker.C:
		}
	}
}
