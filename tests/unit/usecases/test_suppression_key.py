"""Under another suppression key than the store's nobody is found by their address: nothing begins, and says why."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from services.embedded import embedded
from services.runtime.errors import UsageError
from services.settings import Settings
from services.usecases.installation import open_installation
from tests.support.notifying import NOW, SECRET, sqlite_store

OTHER = "a suppression key of another one"
SAID = "the suppression key is another one than the store's: set JOBCHIME_SUPPRESSION_KEY to what it was"


def settings(folder: Path, **more: str) -> Settings:
    given = {"secret": SecretStr(SECRET.decode())} | {name: SecretStr(value) for name, value in more.items()}
    return Settings(data=folder, **given)


@pytest.mark.parametrize("more", [{"suppression_key": OTHER}, {"secret": OTHER}])
def test_with_another_key_nothing_begins(tmp_path: Path, more: dict[str, str]) -> None:
    store = sqlite_store(tmp_path)
    store.person("ada", NOW)
    store.engine.dispose()
    with (
        open_installation(settings(tmp_path, **more), create=False, tell=print) as door,
        pytest.raises(UsageError, match=SAID),
    ):
        _ = door.ids
    with pytest.raises(UsageError, match=SAID), embedded(settings(tmp_path, **more)):
        pass


def test_a_key_that_was_made_anew_since_its_file_was_lost_is_another_one(tmp_path: Path) -> None:
    sqlite_store(tmp_path).person("ada", NOW)
    with open_installation(Settings(data=tmp_path), create=False, tell=print) as door, pytest.raises(UsageError):
        _ = door.ids


@pytest.mark.parametrize(("with_person", "more"), [(False, {"suppression_key": OTHER}), (True, {})])
def test_with_the_stores_key_and_in_a_store_of_nobody_all_begins(
    tmp_path: Path, with_person: bool, more: dict[str, str]
) -> None:
    store = sqlite_store(tmp_path)
    if with_person:
        store.person("ada", NOW)
    store.engine.dispose()
    with embedded(settings(tmp_path, **more)):
        pass


def test_another_secret_beside_the_same_key_is_none_of_its_business(tmp_path: Path) -> None:
    sqlite_store(tmp_path).person("ada", NOW)
    with embedded(settings(tmp_path, secret=OTHER, suppression_key=SECRET.decode())):
        pass
