# Two commands are all you need: `make run` to try it, `make test` to check it.

GO      ?= go
PKG     ?= ./...
RUN     ?=
LINTER  := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

.DEFAULT_GOAL := help
.PHONY: help run test bench lint build

help: ## say what can be done here
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## start the demo: a customer's phone and the staff's WeCom in one page
	@$(GO) run ./cmd/kefu demo

test: ## everything: formatting, vet, race detector, both databases, Redis, the demo in a browser (PKG=./store/... RUN=TestName)
	@PKG='$(PKG)' RUN='$(RUN)' bash tools/test.sh

bench: ## measure, and print a table
	@$(GO) run ./bench

lint: ## what .golangci.yml asks for; builds the linter the first time
	@if command -v golangci-lint >/dev/null; then golangci-lint run; \
	else echo 'golangci-lint is not installed: building it once, this takes some minutes'; $(GO) run $(LINTER) run; fi

build: ## the static binary ./kefu
	@CGO_ENABLED=0 $(GO) build -trimpath -tags nomsgpack -ldflags '-s -w -X main.version=$(VERSION)' -o kefu ./cmd/kefu
