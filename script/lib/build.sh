#!/usr/bin/env bash
# Builds the program (build/danh) and the web app (web/dist).
set -euo pipefail
cd "$(dirname "$0")/../.."
. script/lib/env.sh
[ -f build/build.ninja ] || meson setup build --buildtype=debugoptimized >/dev/null
say "building the program"
ninja -C build --quiet
if [ ! -f web/dist/index.html ] || [ -n "$(find web doc/api/openapi.yaml -newer web/dist/index.html -not -path '*/node_modules/*' -not -path 'web/dist/*' -type f -print -quit)" ]; then
  say "building the web app"
  (cd web && npm run --silent build >/dev/null)
fi
