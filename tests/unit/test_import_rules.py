"""The import rules hold, and the linter that holds them sees every module."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import grimp
import pytest

_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("services", "schemas", include_external_packages=True, cache_dir=None)


def _contracts() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((_ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    return found


def _modules_on_disk() -> set[str]:
    found = set()
    for package in ("services", "schemas"):
        for path in (_ROOT / package).rglob("*.py"):
            parts = path.relative_to(_ROOT).with_suffix("").parts
            if all((_ROOT.joinpath(*parts[:n]) / "__init__.py").exists() for n in range(1, len(parts))):
                found.add(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


def test_the_linter_sees_every_module(graph: grimp.ImportGraph) -> None:
    unseen = _modules_on_disk() - graph.modules
    assert not unseen
    assert len(graph.modules) > 60


def test_every_folder_of_code_is_a_package() -> None:
    for package in ("services", "schemas"):
        bare = {path.parent for path in (_ROOT / package).rglob("*.py") if not (path.parent / "__init__.py").exists()}
        assert {folder for folder in bare if folder.name not in {"versions", "scripts", "migrations"}} == set()


def test_the_graph_knows_an_import_that_is_there(graph: grimp.ImportGraph) -> None:
    assert graph.direct_import_exists(importer="services.matcher.ports", imported="schemas.criteria")


def test_the_rules_hold() -> None:
    result = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def test_every_package_and_module_has_its_layer() -> None:
    [layered] = [contract for contract in _contracts() if contract["type"] == "layers"]
    named = {part.strip() for layer in layered["layers"] for part in layer.split("|")}
    on_disk = {f"services.{path.stem}" for path in (_ROOT / "services").iterdir() if not path.name.startswith("_")}
    assert on_disk - named == set()


@pytest.mark.parametrize("service", ["ingest", "matcher", "notifier"])
def test_services_do_not_know_each_other(graph: grimp.ImportGraph, service: str) -> None:
    others = {"ingest", "matcher", "notifier"} - {service}
    for other in others:
        chain = graph.find_shortest_chain(f"services.{service}", f"services.{other}", as_packages=True)
        assert chain is None, chain


def test_the_rules_name_packages_that_exist(graph: grimp.ImportGraph) -> None:
    for contract in _contracts():
        named = contract.get("source_modules", []) + [
            part.strip() for layer in contract.get("layers", []) for part in layer.split("|")
        ]
        others = (contract.get(key, []) for key in ("forbidden_modules", "protected_modules", "allowed_importers"))
        named += [name for some in others for name in some if name.startswith("services.")]
        assert named
        assert not {name for name in named if name not in graph.modules}
