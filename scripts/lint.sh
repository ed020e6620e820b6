#!/usr/bin/env bash
# Lints all modules of ours. Needs bin/golangci-lint and bin/workflowcheck (make lint).
set -euo pipefail
cd "$(dirname "$0")/.."
export GOWORK=off

bin/golangci-lint run ./...
(cd embedded && ../bin/golangci-lint run --config ../.golangci.yml ./...)

# Workflows must be deterministic. The check reports everything reachable, so it
# is asked about the packages that hold workflows only.
if [ -d workflows ]; then
	bin/workflowcheck -config workflowcheck.yml ./workflows/...
fi
