// Command teststack starts PostgreSQL and Temporal in a temporary directory,
// runs a command with their addresses in the environment, and stops everything
// when the command ends:
//
//	go run ./internal/testkit/cmd/teststack -- go test ./...
//
// It ends with the exit code of the command.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"huajie/internal/localstack"
	"huajie/internal/testkit"
)

// startLimit covers a start on a busy machine.
const startLimit = 3 * time.Minute

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "teststack:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// run is the life of the stack around the command.
func run(args []string) (code int, err error) {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return 2, errors.New("usage: teststack -- command [argument…]")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	starting, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	began := time.Now()
	stack, closeStack, err := testkit.StartTemporary(starting, localstack.Options{
		Progress: func(step string) { fmt.Fprintln(os.Stderr, "teststack:", step) },
	})
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, closeStack()) }()
	fmt.Fprintf(os.Stderr, "teststack: ready after %s\n", time.Since(began).Round(100*time.Millisecond))
	return command(ctx, args, stack)
}

// command runs the command. A signal is passed on, so that `go test` can stop
// its own children before the stack goes away.
func command(ctx context.Context, args []string, stack *localstack.Stack) (int, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...) // running a given command is its purpose
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(),
		testkit.DatabaseEnv+"="+stack.DatabaseURL,
		testkit.TemporalEnv+"="+stack.TemporalAddress,
		testkit.NamespaceEnv+"="+stack.Namespace,
	)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 {
		return exit.ExitCode(), nil // it has said itself what was wrong
	}
	return 0, err
}
