"""Where work is done that is not remote, by its towns."""

from schemas.posting import PostingCore, Reach
from services.rules.places.data import country_part, place_data
from services.rules.places.towns import known_towns


def seated_reach(posting: PostingCore) -> Reach:
    """The reach, in a country whose states postings name narrowed to those of the towns where one must be: who asks
    for Georgia does not look for work in Boston. Remote work, and a reach that names states itself, stay as they are.
    """
    reach = posting.reach
    if posting.workplace == "remote" or reach.scope != "listed" or reach.subdivisions or not posting.towns:
        return reach
    codes = dict.fromkeys(town.code for town in known_towns(posting.towns))
    states = tuple(code for code in codes if country_part(code) in place_data().coded)
    if any(code == country_part(code) for code in states) or not {*map(country_part, states)} <= {*reach.countries}:
        return reach
    return reach.model_copy(update={"subdivisions": states}) if states else reach
