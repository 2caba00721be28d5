#!/usr/bin/env bash
# Builds the program (build/danh) and the web app (web/dist). Says nothing but what it does, unless something fails.
set -euo pipefail
cd "$(dirname "$0")/../.."
. script/lib/env.sh
quietly() { local output; output=$("$@" 2>&1) || { printf '%s\n' "$output" >&2; exit 1; }; }

[ -f build/build.ninja ] || quietly meson setup build --buildtype=debugoptimized
if ! ninja -C build -n | grep -q 'no work to do'; then
  say "building the program"
  quietly ninja -C build
fi
if [ ! -f web/dist/index.html ] || [ -n "$(find web doc/api/openapi.yaml -newer web/dist/index.html -not -path '*/node_modules/*' -not -path 'web/dist/*' -not -path 'web/src/api/types.ts' -type f -print -quit)" ]; then
  say "building the web app"
  (cd web && quietly npm run --silent build)
fi
