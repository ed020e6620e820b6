#!/usr/bin/env bash
# Proves that what is committed in console/dist is what its sources make: where there is a
# Node.js it is built anew, from the pinned packages, and compared file by file. Without Node.js
# a test compares the stamp of the build with the sources (console/console_test.go).
set -euo pipefail
cd "$(dirname "$0")/../console"

if ! command -v npm >/dev/null || [[ $(node -p 'process.versions.node.split(".")[0]') -lt 20 ]]; then
	echo 'NO NODE.JS 20: the pages are not built anew; their stamp is compared with the sources' >&2
	exit 0
fi
if ! npm ci --no-audit --no-fund --loglevel=error; then
	echo 'NO PACKAGES: the registry does not answer; the pages are not built anew' >&2
	exit 0
fi
committed=$(mktemp -d)
trap 'rm -rf "$committed"' EXIT
cp -a dist/. "$committed"
npm run --silent build >/dev/null
diff -r "$committed" dist || { echo 'console/dist is not what its sources make: npm run build, and commit it' >&2; exit 1; }
