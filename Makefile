# Huajie: build, run, test. `make run` and `make test` are all one needs; both
# install or build what is missing and say what they are doing.
#
# Four modules live here and are built apart, on purpose:
#   .          the product
#   embedded/  the Temporal server of the local stack (460 modules in its graph)
#   tools/     linters
#   tools/provider/ the OpenID provider the tests sign in at
# There is no go.work. A workspace has one version of every module for all its
# members: joining embedded/ would move about forty requirements of the product
# (and as many of the server, away from the set its makers tested), and would
# make every `go build` of the product read the server's graph. GOWORK=off keeps
# a workspace of the caller out as well.
export GOWORK := off
export GOTOOLCHAIN ?= local
# Versions come from -ldflags; without this, git state would relink everything.
export GOFLAGS ?= -buildvcs=false

# One set of flags for every build of a module: a change of -trimpath and its
# like compiles everything again. -s -w only concerns the linker.
LDFLAGS := -s -w

EMBEDDED := embedded/go.mod embedded/go.sum $(shell find embedded -name '*.go' -not -name '*_test.go')

.PHONY: run test build setup pictures bench chaos lint clean help FORCE
.DEFAULT_GOAL := help

help: ## what there is
	@awk -F ':.*## ' '/^[a-z\/-]+:.*## /{printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup build ## build, start everything on this machine, stop with Ctrl-C
	exec ./bin/huajie dev

test: ## everything that must hold: build, lint, tests on the real stack
	@./scripts/test.sh

setup: ## check Go, install PostgreSQL when it is missing
	@./scripts/setup.sh

build: bin/huajie-temporal bin/huajie ## both programs, into bin/

# The Go build cache decides what is compiled, so this one always asks it.
bin/huajie: FORCE
	@echo "== building huajie (about a minute the first time)"
	@mkdir -p bin
	@go build -ldflags='$(LDFLAGS)' -o bin/huajie .

bin/huajie-temporal: $(EMBEDDED)
	@echo "== building the Temporal server (3-5 minutes the first time, then kept)"
	@mkdir -p bin
	@cd embedded && go build -ldflags='$(LDFLAGS)' -o ../bin/huajie-temporal ./cmd/huajie-temporal
	@touch bin/huajie-temporal

bin/golangci-lint bin/workflowcheck: tools/go.mod tools/go.sum
	@echo "== building the linters (about two minutes the first time)"
	@mkdir -p bin
	@cd tools && go build -ldflags='$(LDFLAGS)' -o ../bin/ github.com/golangci/golangci-lint/v2/cmd/golangci-lint go.temporal.io/sdk/contrib/tools/workflowcheck
	@touch bin/golangci-lint bin/workflowcheck

bin/oidc-provider: tools/provider/go.mod tools/provider/go.sum tools/provider/main.go
	@echo "== building the OpenID provider of the tests"
	@mkdir -p bin
	@cd tools/provider && go build -ldflags='$(LDFLAGS)' -o ../../bin/oidc-provider .
	@touch bin/oidc-provider

pictures: bin/huajie-temporal ## make the pictures of the README from the data of `huajie demo`; needs Chromium
	@go build -o bin/teststack ./internal/testkit/cmd/teststack
	HUAJIE_PICTURES=$(CURDIR)/docs/pictures bin/teststack -- go test ./e2e/browser -run TestPictures -count=1 -timeout 9m

bench: bin/huajie-temporal bin/bench ## measure this machine; BENCH="-help" shows what can be chosen
	@./bin/bench $(BENCH)

bin/bench: FORCE
	@mkdir -p bin
	@go build -ldflags='$(LDFLAGS)' -o bin/bench ./bench/cmd/bench

chaos: build bin/chaos ## kill, cut and fill everything while officers work, then count; CHAOS="-for 1h -seed 7"
	@./bin/chaos $(CHAOS)

bin/chaos: FORCE
	@mkdir -p bin
	@go build -o bin/chaos ./e2e/chaos/cmd/chaos

lint: bin/golangci-lint bin/workflowcheck ## style, architecture, determinism of workflows
	@./scripts/lint.sh

clean: ## remove what was built; data/ stays
	rm -rf bin dist
