"""Compile skills/*.toml and skills/packages.json into skills.json: `python -m services.rules.data.make_skills`.

Written out once rather than read at start, because parsing the TOML takes longer than the whole budget for loading.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from services.rules.skills.taxonomy import fold_skill

FOLDER = Path(__file__).parent
TARGET = FOLDER / "skills.json"
RULES = "rules.toml"
ROLES = "roles.toml"
CALLINGS = "callings.toml"
FAMILIES = "families.toml"
PACKAGES = "packages.json"
PICKED = "packaged.toml"
KINDS = ("term", "method", "field", "broad")
"""Those that rules.toml lists skills of."""
_LEAST_SPELLING = 3
"""Letters of a package's other spelling: "js" and "ts" are ours to decide, "hs" is nobody's."""

_BRITISH = (
    (re.compile(r"iz(ation|ing|er|ed|e)\b"), r"is\1"),
    (re.compile(r"\b(mod|lab)el(ing|ed|er)\b", re.IGNORECASE), r"\1ell\2"),
    (re.compile(r"\b(visual|optim|organ)izat"), r"\1isat"),
    (re.compile(r"\b([Bb])ehavior"), r"\1ehaviour"),
    (re.compile(r"\b([Cc])enter\b"), r"\1entre"),
    (re.compile(r"\b([Cc])atalog\b"), r"\1atalogue"),
    (re.compile(r"\b([Ll])abor\b"), r"\1abour"),
)


_SINGULAR = re.compile(r"(?<=[a-rt-z])(?<![iu])s$")
"""The plural s of a name in words: Distributed Systems, not Continuous Analysis or Process."""


_DOERS = {
    "Accounting": "Accountant",
    "Administration": "Administrator",
    "Analysis": "Analyst",
    "Analytics": "Analyst",
    "Animation": "Animator",
    "Architecture": "Architect",
    "Consulting": "Consultant",
    "Coordination": "Coordinator",
    "Design": "Designer",
    "Development": "Developer",
    "Editing": "Editor",
    "Engineering": "Engineer",
    "Management": "Manager",
    "Nursing": "Nurse",
    "Planning": "Planner",
    "Recruiting": "Recruiter",
    "Research": "Researcher",
    "Science": "Scientist",
    "Teaching": "Teacher",
    "Testing": "Tester",
    "Therapy": "Therapist",
    "Translation": "Translator",
    "Writing": "Writer",
}
"""Who does what a skill's last word says."""


def spellings(written: str, *, words: bool = False) -> Iterator[str]:
    """The same words in British spelling, in the singular, and with `&` for `and`."""
    british = written
    for american, replacement in _BRITISH:
        british = american.sub(replacement, british)
    for variant in dict.fromkeys((written, british)):
        yield variant
        if words and " " in variant and _SINGULAR.search(variant):
            yield _SINGULAR.sub("", variant)
        if " and " in variant:
            yield variant.replace(" and ", " & ")
        elif " & " in variant:
            yield variant.replace(" & ", " and ")


def _is_acronym(written: str) -> bool:
    """Whether lower case would make it another word: SOC, RAG, SAN."""
    letters = re.sub(r"[^A-Za-z]", "", written)
    return 0 < len(letters) <= 5 and letters.removesuffix("s").isupper() and " " not in written


def _table(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def read_packages(folder: Path) -> dict[str, list[str]]:
    """The other spellings of each name of the packages' lists (vendor_skills.py), without those that are wrong here."""
    refused = set(_table(folder / RULES)["unlent"])
    packages = json.loads((folder / PACKAGES).read_text(encoding="utf-8"))
    found: dict[str, list[str]] = {}
    for package in packages.values():
        for name, others in package["entries"].items():
            found.setdefault(name, []).extend(other for other in others if other not in refused)
    return {name: others for name, others in found.items() if name not in refused}


def read_skills(folder: Path, packages: Mapping[str, list[str]] | None = None) -> dict[str, dict[str, Any]]:
    """All groups of all files. `searched` are spellings that a search may use and a text is not read for.

    Raises ValueError where a spelling is claimed twice, a parent is unknown, or `packaged.toml` picks a name that the
    packages have not.
    """
    packages = packages or {}
    skills: dict[str, dict[str, Any]] = {}
    parents: dict[str, list[str]] = {}
    problems: list[str] = []
    more: list[tuple[str, str, list[str]]] = []
    for path in sorted(folder.glob("*.toml")):
        if path.name in (RULES, ROLES, CALLINGS, FAMILIES):
            continue
        file = _table(path)
        more += [(path.name, name, others) for name, others in file.get("more", {}).items()]
        for group in file.get("group", ()):
            aliases: dict[str, list[str]] = {name: [] for name in group.get("names", ())}
            aliases |= group.get("aliases", {})
            for name, others in aliases.items():
                if path.name == PICKED and packages and name not in packages:
                    problems.append(f"{PICKED}: no package has {name!r}")
                if name in skills:
                    problems.append(f"{path.name}: {name!r} is already a skill")
                skills[name] = {"kind": group["kind"], "aliases": others}
                parents.setdefault(name, []).extend(parent for parent in group.get("implies", ()) if parent != name)
            for name, implied in group.get("parents", {}).items():
                parents.setdefault(name, []).extend(implied)
    for written_in, name, others in more:
        if name in skills:
            skills[name]["aliases"] = [*skills[name]["aliases"], *others]
        else:
            problems.append(f"{written_in}: {name!r} of [more] is no skill")
    problems += _unknown_parents(skills, parents)
    problems += _claimed_twice(skills)
    if problems:
        raise ValueError("\n".join(problems))
    _spell_out(skills)
    _lend(packages, skills)
    for name, implied in parents.items():
        if implied:
            skills[name]["parents"] = list(dict.fromkeys(implied))
    return skills


def add_families(skills: dict[str, dict[str, Any]], folder: Path) -> None:
    """Give the kinds that families.toml names, or whose names end as it says, their broader skill as a parent.

    Raises ValueError where it names what is no skill, or says of a name what its ending says already.
    """
    families: dict[str, dict[str, list[str]]] = _table(folder / FAMILIES)
    problems: list[str] = []
    for broader, family in families.items():
        ends = tuple(f" {words}" for words in family.get("ends", ()))
        ending = {name for name, entry in skills.items() if entry["kind"] != "tool" and f" {name}".endswith(ends)}
        others, named = set(family.get("not", ())), set(family.get("names", ()))
        kinds = ending - others
        problems += [f"{FAMILIES}: {name!r} is no skill" for name in sorted({broader, *named} - set(skills))]
        problems += [f"{FAMILIES}: {name!r} is no kind of {broader!r} anyway" for name in sorted(others - ending)]
        problems += [f"{FAMILIES}: {name!r} ends as all of {broader!r} do" for name in sorted(named & kinds)]
        for name in sorted((kinds | named & set(skills)) - {broader}):
            parents = skills[name].setdefault("parents", [])
            if broader not in parents:
                parents.append(broader)
    if problems:
        raise ValueError("\n".join(problems))


def _unknown_parents(skills: dict[str, dict[str, Any]], parents: dict[str, list[str]]) -> list[str]:
    return [
        f"{name!r}: the parent {known!r} is no skill"
        for name, implied in parents.items()
        for known in (name, *implied)
        if known not in skills
    ]


def _claimed_twice(skills: dict[str, dict[str, Any]]) -> list[str]:
    owner: dict[str, str] = {}
    return [
        f"{written!r} is claimed by {owner[fold_skill(written)]!r} and {name!r}"
        for name, entry in skills.items()
        for written in (name, *entry["aliases"])
        if owner.setdefault(fold_skill(written), name) != name
    ]


def _spell_out(skills: dict[str, dict[str, Any]]) -> None:
    """Replace the aliases by all spellings; one that another skill has by its own right stays with that."""
    owner = {written.casefold(): name for name, entry in skills.items() for written in (name, *entry["aliases"])}
    for name, entry in skills.items():
        ways = dict.fromkeys(
            way
            for written in (name, *entry.pop("aliases"))
            for way in spellings(written, words=entry["kind"] != "tool")
        )
        aliases = [way for way in ways if way != name and owner.setdefault(way.casefold(), name) == name]
        if aliases:
            entry["aliases"] = aliases


def _by_spelling(skills: Mapping[str, Any]) -> dict[str, str]:
    """The skill of each spelling, folded."""
    return {fold_skill(way): name for name, entry in skills.items() for way in (name, *entry.get("aliases", ()))}


def _lend(packages: Mapping[str, list[str]], skills: dict[str, dict[str, Any]]) -> None:
    """Give skills the packages' spellings that no skill has: for searches only, for nobody has read them in texts."""
    owner = _by_spelling(skills)
    for written, others in packages.items():
        name = next((owner[folded] for way in (written, *others) if (folded := fold_skill(way)) in owner), None)
        if name is None:
            continue
        for other in (written, *others):
            if len(other) >= _LEAST_SPELLING and owner.setdefault(fold_skill(other), name) == name:
                known = (name, *skills[name].get("aliases", ()), *skills[name].get("searched", ()))
                if fold_skill(other) not in map(fold_skill, known):
                    skills[name].setdefault("searched", []).append(other)


def _add_roles(skills: dict[str, dict[str, Any]], folder: Path) -> None:
    """Give each skill the titles of roles.toml, and those made of its own words: who does X Design is an X Designer."""
    roles: dict[str, list[str]] = _table(folder / ROLES)["roles"]
    written = _by_spelling(skills)
    problems = [f"{ROLES}: {name!r} is no skill" for name in roles if name not in skills]
    problems += [
        f"{ROLES}: {title!r} is a spelling of {name!r} already"
        for name, titles in roles.items()
        for title in titles
        if written.get(fold_skill(title)) == name
    ]
    if problems:
        raise ValueError("\n".join(problems))
    first: dict[str, str] = {}
    for name, titles in roles.items():
        for title in titles:
            first.setdefault(fold_skill(title), name)
    taken = set(written) | set(first)
    for name, entry in skills.items():
        made = [
            title
            for way in (name, *entry.get("aliases", ()))
            for title in _titles_of(way)
            if fold_skill(title) not in taken
        ]
        taken |= set(map(fold_skill, made))
        own = [title for title in roles.get(name, ()) if first[fold_skill(title)] == name]
        if titles := list(dict.fromkeys([*own, *made])):
            entry["roles"] = titles
        if others := [title for title in roles.get(name, ()) if title not in own]:
            entry["further_roles"] = others


def _titles_of(written: str) -> Iterator[str]:
    words, _, last = written.rpartition(" ")
    if words and last in _DOERS:
        yield f"{words} {_DOERS[last]}"


def _callings(skills: Mapping[str, Any], folder: Path) -> dict[str, dict[str, list[str]]]:
    callings: dict[str, dict[str, list[str]]] = _table(folder / CALLINGS)
    unknown = sorted({name for field, meant in callings.items() for name in (field, *meant)} - set(skills))
    if unknown:
        raise ValueError(f"{CALLINGS} names what is no skill: {unknown}")
    return callings


def compiled(folder: Path) -> dict[str, Any]:
    """The whole content of skills.json. Raises ValueError where the rules name a spelling that no skill has."""
    skills = read_skills(folder, read_packages(folder))
    add_families(skills, folder)
    _add_roles(skills, folder)
    rules = _table(folder / RULES)
    written = [way for name, entry in skills.items() for way in (name, *entry.get("aliases", ()))]
    cued = {way: cue for cue, ways in rules["cued"].items() for way in ways}
    unknown = sorted({*rules["exact"], *cued, *rules["unfound"]} - set(written))
    unknown += sorted({name for kind in KINDS for name in rules[kind]} - set(skills))
    if unknown:
        raise ValueError(f"{RULES} names no spelling of a skill: {unknown}")
    for kind in KINDS:
        for name in rules[kind]:
            skills[name]["kind"] = kind
    loose = set(rules["any_case"])
    searched = [way for entry in skills.values() for way in entry.get("searched", ())]
    for entry in skills.values():
        if entry.get("searched"):
            entry["aliases"] = [*entry.get("aliases", ()), *entry.pop("searched")]
    exact = sorted({*rules["exact"], *cued, *(way for way in written if _is_acronym(way) and way not in loose)})
    return {
        "skills": skills,
        "exact": exact,
        "unfound": sorted({*rules["unfound"], *searched}),
        "cued": cued,
        "cues": rules["cues"],
        "blockers": rules["blockers"],
        "callings": _callings(skills, folder),
    }


def main() -> None:
    """Write skills.json and say how much it holds."""
    data = compiled(FOLDER / "skills")
    TARGET.write_text(json.dumps(data, ensure_ascii=False, indent=0, sort_keys=False) + "\n", encoding="utf-8")
    ways = sum(1 + len(entry.get("aliases", ())) for entry in data["skills"].values())
    print(f"{len(data['skills'])} skills, {ways} spellings")


if __name__ == "__main__":
    main()
