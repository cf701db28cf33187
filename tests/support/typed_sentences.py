"""What a sentence asks for, in one line."""

from services.usecases.pasted import Asked


def said(asked: Asked) -> str:
    """All that it asks for and says of its writer, and quoted what no criterion takes."""
    criteria = asked.criteria
    roles, floor = criteria.roles, criteria.salary_floor
    found = [
        *(f"{role}{'~' if roles.neighbours else ''}" for role in roles.any),
        *(f"-{role}" for role in roles.none),
        *criteria.skills.any,
        *criteria.places,
        *(near.town.replace(", ", " ") for near in criteria.near),
        *criteria.workplace,
        *criteria.seniority,
        *criteria.employment,
        *(["permanent"] if criteria.permanent else []),
        *([f"{floor.amount} {floor.currency}/{floor.period}"] if floor else []),
        *(["visa"] if criteria.visa_sponsorship else []),
        *([f"speaks {' '.join(asked.spoken.codes)}"] if asked.spoken.codes else []),
        *(f"“{part}”" for part in asked.missed),
    ]
    return "; ".join(found)
