#!/usr/bin/env bash
# Everything that must hold, stage by stage, each with its time. The tests run
# once, with the race detector, on one PostgreSQL and one Temporal for all.
set -euo pipefail
cd "$(dirname "$0")/.."
export GOWORK=off

total=$SECONDS

# stage NAME COMMAND…: says what runs, and how long it took.
stage() {
	local name=$1 began=$SECONDS
	shift
	printf '== %s\n' "$name"
	"$@" || { printf '== %s FAILED after %d s\n' "$name" $((SECONDS - began)); exit 1; }
	printf '== %s: %d s\n' "$name" $((SECONDS - began))
}

formatted() {
	local files
	files=$(gofmt -l $(find . -name '*.go' -not -path '*/node_modules/*' -not -path './data/*'))
	[[ -z $files ]] || { printf 'gofmt is needed on:\n%s\n' "$files"; return 1; }
}

vetted() { go vet ./... && (cd embedded && go vet ./...); }

# What plays whole cases in wall time, with limits of seconds. Each of these has the
# machine for itself: beside another package its officers would come too late.
readonly on_the_clock='^huajie/(e2e|e2e/outage|e2e/browser|internal/app|internal/recovery|bench)$'

# Two packages at a time: more would only fight for the machine with the stack.
# The stack itself is built without the race detector and started once.
tests() {
	go build -o bin/teststack ./internal/testkit/cmd/teststack
	bin/teststack -- go test -race -p 2 -timeout 20m -skip '^TestMatrix' $(go list ./... | grep -vE "$on_the_clock|/e2e/chaos")
}

# The walk of the matrix asks a hundred thousand times, of one goroutine at a time: with the
# race detector it would take many minutes and find nothing the other tests do not.
matrix() { go test -timeout 20m -run '^TestMatrix' ./api; }

tests_on_the_clock() {
	bin/teststack -- go test -race -p 1 -timeout 20m $(go list ./... | grep -E "$on_the_clock")
}

# Chaos takes the machine for itself: beside it other tests would run out of time.
chaos() { go test -race -timeout 20m ./e2e/chaos/...; }

# No race detector here: it would compile the whole Temporal server once more.
embedded_tests() { (cd embedded && go test ./...); }

stage 'setup' ./scripts/setup.sh
stage 'format' formatted
stage 'build' make --no-print-directory build
stage 'pages' ./scripts/console.sh
stage 'browser' ./scripts/browser.sh
stage 'vet' vetted
stage 'lint' make --no-print-directory lint
stage 'tests of the Temporal server' embedded_tests
stage 'OpenID provider' make --no-print-directory bin/oidc-provider
stage 'matrix of access' matrix
stage 'tests on the real stack' tests
stage 'tests on the clock' tests_on_the_clock
stage 'chaos' chaos
printf '== all well after %d s\n' $((SECONDS - total))
