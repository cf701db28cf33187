"""The settings file that is written has every setting; what is in force is shown with where it came from."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from schemas.annotations import model_of
from schemas.described import sentences
from services.ingest.push_settings import PushKey
from services.ingest.settings import SourceSettings
from services.settings import Settings, load_settings
from services.settings.loading import places_in
from services.settings.writing import settings_file, written
from tests.support.command_line import run

MAPPING = 'kind = "json"\n[fields]\nsource_id = "id"\ntitle = "title"\n'


def _uncommented() -> str:
    return re.sub(r"(?m)^#(?=[\w\[])", "", settings_file())


def test_every_setting_of_every_table_is_in_the_file() -> None:
    table = tomllib.loads(_uncommented())
    for place in places_in(Settings):
        at = table
        for part in place:
            assert part in at, place
            at = at[part]
    assert set(table["ingest"]["sources"][0]) == set(SourceSettings.model_fields)
    assert set(table["ingest"]["push"]["keys"]["acme"]) == set(PushKey.model_fields)


def test_every_line_of_it_can_be_uncommented(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "acme.toml").write_text(MAPPING)
    file = tmp_path / "jobchime.toml"
    file.write_text(_uncommented(), encoding="utf-8")
    settings = load_settings(file)
    assert settings.ingest.sources[0].name == "himalayas"
    assert settings.ingest.push.keys["acme"].key_from == "ACME_PUSH_KEY"


def test_as_it_is_written_it_sets_nothing() -> None:
    assert all(not line or line[0] in "#[" for line in settings_file().splitlines())
    assert Settings.model_validate(tomllib.loads(settings_file())) == Settings()


def test_every_setting_has_a_sentence() -> None:
    assert [name for model in _models(Settings) for name in _undescribed(model)] == []


def _models(model: type[BaseModel]) -> list[type[BaseModel]]:
    inner = [kind for field in model.model_fields.values() if (kind := model_of(field.annotation))]
    return [model, SourceSettings, PushKey, *(each for kind in inner for each in _models(kind))]


def _undescribed(model: type[BaseModel]) -> list[str]:
    if model.__name__ == "Attribution":
        return []
    return [f"{model.__name__}.{name}" for name in model.model_fields.keys() - sentences(model).keys()]


def test_values_are_written_as_toml() -> None:
    value = {"a b": ['"', "\\", "\n", "é", "\x7f"], "c": True, "d": 1.5, "e": {}}
    assert tomllib.loads(f"x = {written(value)}") == {"x": value}


def test_each_setting_in_force_is_shown_with_where_it_came_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "jobchime.toml"
    file.write_text(
        '[mail]\nsender_name = "A"\n[[ingest.sources]]\nname = "a"\nurl = "https://u.example/feed?key=hunter2"\n'
        '[mail.smtp]\npassword = "hunter2"\n'
    )
    monkeypatch.setenv("JOBCHIME_MAIL__ALLOW", "ada@example.com,@example.com")
    shown = run("config", "show", "-c", file)
    assert shown.code == 0
    lines = [re.sub(r" +# ", " # ", line) for line in shown.out.splitlines()]
    assert f'mail.sender_name = "A" # {file}, line 2' in lines
    assert f'ingest.sources.0.url = "https://u.example/feed?key=…" # {file}, line 5' in lines
    assert f'mail.smtp.password = "********" # {file}, line 7' in lines
    assert 'mail.allow = ["ada@example.com", "@example.com"] # JOBCHIME_MAIL__ALLOW' in lines
    assert "mail.smtp.port = 587 # default" in lines
    both = shown.out + run("config", "show", "--json", "-c", file).out
    assert "hunter2" not in both
    assert json.loads(run("config", "show", "--json", "-c", file).out)["mail"]["sender_name"] == "A"
