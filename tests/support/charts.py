"""The Helm chart as Kubernetes would get it: rendered by `helm`, held to the schemas of Kubernetes."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

CHART = Path(__file__).resolve().parents[2] / "deploy" / "helm" / "jobchime"
KUBERNETES = "1.37"
"""The release whose schemas manifests are held to."""


def helm(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run helm; skips where there is none, but where CHECK_DEPLOY says that there must be."""
    program = shutil.which("helm")
    if program is None:
        missing = "there is no helm: `make check-deploy` installs it"
        if os.environ.get("CHECK_DEPLOY"):
            raise RuntimeError(missing)
        pytest.skip(missing)
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60)


def rendered(*arguments: str | Path) -> list[dict[str, Any]]:
    """All that the chart makes of values."""
    ran = helm("template", "jobs", CHART, "--namespace", "jobs", *arguments)
    assert ran.returncode == 0, ran.stderr
    return [each for each in yaml.safe_load_all(ran.stdout) if each]


def faults_of(manifest: dict[str, Any]) -> list[str]:
    """What Kubernetes' schema finds; of kinds that are not its own, nothing."""
    kubernetes_validate = pytest.importorskip("kubernetes_validate", reason="`make check-deploy` installs it")
    try:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
    except kubernetes_validate.SchemaNotFoundError:
        return []
    except kubernetes_validate.ValidationError as error:
        return [f"{manifest['kind']} {manifest['metadata']['name']}: {list(error.path)}: {error.message}"]
    return []
