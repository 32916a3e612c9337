# Everything a contributor runs; `make` alone lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
COMMIT ?= $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
LDFLAGS := -X main.version=$(VERSION) -X main.commit=$(COMMIT)

# How long test-long fuzzes each target; SHORT=1 shrinks its other tests.
FUZZTIME ?= 60s
# Flags of bench: -rounds, -duration, -connections, -check, -json.
BENCH ?=
# The race detector of test-full; RACE= switches it off.
RACE ?= -race

TS := contract/ts
TS_READY := $(TS)/node_modules/.package-lock.json
E2E_READY := e2e/node_modules/.package-lock.json

.PHONY: help build run test test-full test-long bench lint fmt openapi reference generate verify clean

##@ Run

build: ## Build bin/admin-api
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/admin-api ./cmd/admin-api

run: build ## Build and serve with defaults on 127.0.0.1:8080
	./bin/admin-api serve

##@ Test

test: ## All Go tests on SQLite; needs Go and a C compiler
	CGO_ENABLED=0 go build ./...
	go test -timeout 30m ./...

test-full: $(TS_READY) $(E2E_READY) bin/versitygw ## The same, and against real servers, Chromium and Node
	scripts/need.sh full
	go test $(RACE) -tags full -timeout 60m ./...

test-long: $(TS_READY) $(E2E_READY) bin/versitygw ## Kills, large numbers, fuzzing (FUZZTIME=60s, SHORT=1)
	scripts/need.sh full
	scripts/long.sh
	scripts/fuzz.sh $(FUZZTIME)

bench: ## Measure: reads against a bare Echo handler, and writes (BENCH=-check)
	scripts/need.sh bench
	go run ./bench $(BENCH)

##@ Keep tidy

lint: bin/golangci-lint ## Linters, also over the tests behind build tags, and a test of the import rules
	scripts/check-depguard.sh
	scripts/check-style.sh
	bin/golangci-lint run ./...
	bin/golangci-lint run --build-tags full,long ./...

fmt: bin/golangci-lint ## Format all Go files
	bin/golangci-lint fmt ./...

openapi: bin/swag ## Make openapi.yaml from the annotations and the catalogue
	bin/swag init --quiet --dir handlers,api,models,validation,integrations --generalInfo doc.go \
		--output docs/swagger --outputTypes json
	go run ./cmd/openapi

reference: ## Make docs/types and examples/accounts from the catalogue
	go run ./cmd/reference

generate: openapi reference $(TS_READY) ## Make openapi.yaml, the clients from it, and the reference
	cd contract/goclient && ../../bin/oapi-codegen -config oapi-codegen.yaml ../../openapi.yaml
	npm --prefix $(TS) run --silent generate

verify: bin/swag $(TS_READY) ## Generated files are current, the contract is sound, no known vulnerability
	scripts/verify.sh
	REDOCLY_TELEMETRY=off npm --prefix $(TS) run --silent lint-contract
	scripts/breaking.sh
	scripts/vulncheck.sh

clean: ## Remove what was built and installed, not the data
	rm -rf bin $(TS)/node_modules $(TS)/build e2e/node_modules e2e/results

help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Tools at the versions of tools/; bin/swag stands for all of its module.
bin/golangci-lint: tools/lint/go.sum
	scripts/tools.sh tools/lint

bin/swag: tools/go.sum
	scripts/tools.sh tools

bin/versitygw: tools/s3/go.sum
	scripts/tools.sh tools/s3

$(TS_READY) $(E2E_READY): %/node_modules/.package-lock.json: %/package-lock.json
	scripts/need.sh node npm
	npm --prefix $* ci --silent --no-audit --no-fund
	touch $@
