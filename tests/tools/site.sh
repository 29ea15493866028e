#!/usr/bin/env bash
# Brings VitePress, which builds the documentation's site, in the versions of docs/package-lock.json.
set -euo pipefail
cd "$(dirname "$0")/../.."

# No package needs its install script: esbuild's binary is a package of its own.
npm ci --prefix docs --ignore-scripts --silent --no-audit --no-fund
