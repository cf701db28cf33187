#!/usr/bin/env bash
# Prism makes an HTTP server from an OpenAPI description and checks requests against it. From npm; needs Node 18 or newer.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dist=${JOBCHIME_ENGINES_DIST:-${JOBCHIME_ENGINES:-$here/../../.engines}/dist}/prism

usage() {
    cat <<USAGE
prism.sh install                  fetch the locked packages into $dist; none of their install scripts runs
prism.sh run DESCRIPTION PORT     install where needed, then serve on 127.0.0.1 until it is stopped

JOBCHIME_ENGINES_DIST             the folder of the programs
USAGE
}

fail() { echo "prism.sh: $1" >&2; exit 1; }

install() {
    command -v node >/dev/null && command -v npm >/dev/null || fail "needs node and npm: apt-get install nodejs npm"
    [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ] || fail "needs Node 18 or newer, not $(node --version)"
    cmp -s "$here/prism/package-lock.json" "$dist/installed.json" && return
    mkdir -p "$dist"
    cp "$here/prism/package.json" "$here/prism/package-lock.json" "$dist/"
    (cd "$dist" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2 || fail "npm could not install Prism"
    cp "$dist/package-lock.json" "$dist/installed.json"
}

case "${1:-}" in
    install) install ;;
    run)
        [ $# -eq 3 ] || { usage >&2; exit 2; }
        install
        exec node "$dist/node_modules/@stoplight/prism-cli/dist/index.js" mock --host 127.0.0.1 --port "$3" "$2"
        ;;
    *) usage >&2; exit 2 ;;
esac
