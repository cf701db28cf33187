#!/usr/bin/env bash
# What `make check-deploy` needs and is missing, into .venv: helm, made by Go, and the schemas of Kubernetes.
set -euo pipefail
cd "$(dirname "$0")/../.."
helm_version=v3.22.0
if ! command -v helm >/dev/null && [ ! -x .venv/bin/helm ]; then
    command -v go >/dev/null || { echo "helm is needed: install it, or Go, by which it is made"; exit 1; }
    echo "Making helm $helm_version with Go; once, some minutes."
    GOBIN="$PWD/.venv/bin" go install "helm.sh/helm/v3/cmd/helm@$helm_version"
fi
.venv/bin/python -c 'import kubernetes_validate' 2>/dev/null ||
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r deploy/helm/requirements.txt
