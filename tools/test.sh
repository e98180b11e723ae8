#!/usr/bin/env bash
# All tests; see `make help`. Safe to run again at any time and beside itself:
# everything it starts has a free port and a folder of its own and ends with it.
#
#   PKG=./store/...   only these packages
#   RUN=TestName      only these tests
#   KEFU_TEST_MONGO   a real MongoDB to test on as well, e.g. mongodb://localhost:27017
#   KEFU_TEST_REDIS   a Redis to use where redis-server is not installed; it is emptied
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
redis=
# shellcheck disable=SC2317 # the trap calls it
finish() {
	if [[ -n $redis ]]; then
		kill "$redis" 2>/dev/null || true
		wait "$redis" 2>/dev/null || true
	fi
	rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT TERM

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
if [[ ! -t 1 ]]; then say() { printf '==> %s\n' "$*"; }; fi

# shellcheck source=tools/need.sh
source tools/need.sh

start_redis() {
	if [[ -n ${KEFU_TEST_REDIS:-} ]]; then return; fi
	local port
	for _ in 1 2 3 4 5; do
		port=$((20000 + RANDOM % 12000))
		redis-server --port "$port" --bind 127.0.0.1 --dir "$scratch" --save '' --appendonly no \
			--maxmemory-policy noeviction --databases 64 >"$scratch/redis.log" 2>&1 &
		redis=$!
		for _ in {1..50}; do
			if ! kill -0 "$redis" 2>/dev/null; then break; fi # the port is taken
			if grep -qs 'Ready to accept connections' "$scratch/redis.log"; then
				export KEFU_TEST_REDIS=redis://127.0.0.1:$port/0
				return
			fi
			sleep 0.1
		done
		kill "$redis" 2>/dev/null || true
		wait "$redis" 2>/dev/null || true
		redis=
	done
	cat "$scratch/redis.log"
	echo "Redis did not start."
	return 1
}

formatting() {
	local files
	files=$(find . -name '*.go' -not -path './.*' -not -path '*/testdata/*' -print0 | xargs -0 gofmt -l)
	if [[ -n $files ]]; then
		echo "Not formatted; run gofmt -w on:"
		echo "$files"
		return 1
	fi
}

command -v go >/dev/null || { echo "Go is missing: https://go.dev/dl/ (go.mod says which version)"; exit 1; }
export GOFLAGS="${GOFLAGS:-} -buildvcs=false"
need
status=0
formatting || status=1 # and go on: what else is wrong is wanted too

# Tests build this server when they first need one, as it is built here; then it
# is in Go's cache and no test's time is spent on it.
say "building the MongoDB server for tests"
(
	cd store/mongo/ferrettest
	export CGO_ENABLED=0 GOWORK=off GOFLAGS='-mod=mod -buildvcs=false'
	go vet ./...
	go build -o "$scratch/ferrettest" .
)
start_redis

# vet runs inside `go test`, so that packages are compiled once and not twice: the
# embedded database alone takes minutes with the race detector.
say "vet and test with the race detector, Redis $(redis-server --version 2>/dev/null | grep -o 'v=[^ ]*' | cut -c3- || echo 'of KEFU_TEST_REDIS')$([[ -n ${KEFU_TEST_MONGO:-} ]] && echo ', MongoDB of KEFU_TEST_MONGO') (the first time takes some minutes)"
go build -o "$scratch/testsum" ./tools/testsum
began=$SECONDS
# shellcheck disable=SC2086 # PKG may name several
go test -race -vet=all -timeout 8m -count=1 ${RUN:+-run "$RUN"} -json ${PKG:-./...} 2>&1 | "$scratch/testsum" || status=1
printf 'in %d:%02d\n' $(((SECONDS - began) / 60)) $(((SECONDS - began) % 60))
exit "$status"
