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

# Two packages at a time: more would only fight for the machine with the stack.
# The stack itself is built without the race detector and started once.
tests() {
	go build -o bin/teststack ./internal/testkit/cmd/teststack
	bin/teststack -- go test -race -p 2 -timeout 20m $(go list ./... | grep -v '/e2e/chaos')
}

# Chaos takes the machine for itself: beside it other tests would run out of time.
chaos() { go test -race -timeout 20m ./e2e/chaos/...; }

# No race detector here: it would compile the whole Temporal server once more.
embedded_tests() { (cd embedded && go test ./...); }

stage 'setup' ./scripts/setup.sh
stage 'format' formatted
stage 'build' make --no-print-directory build
stage 'vet' vetted
stage 'lint' make --no-print-directory lint
stage 'tests of the Temporal server' embedded_tests
stage 'tests on the real stack' tests
stage 'chaos' chaos
printf '== all well after %d s\n' $((SECONDS - total))
