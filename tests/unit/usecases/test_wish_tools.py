"""Tools that stand side by side, in small letters and without commas."""

from services.usecases.pasted import asked_in
from tests.support.in_one_test import in_one_test
from tests.support.notifying import NOW


@in_one_test(
    "text, skills",
    [
        ("ingeniero de datos aws spark", ("AWS", "Spark")),
        ("react node remote", ("Node.js", "React")),
        ("Softwareentwickler Java Spring", ("Java", "Spring")),
        ("data engineer spark airflow dbt", ("Airflow", "Spark", "dbt")),
        ("react native developer, brazil", ("React Native",)),
        ("power bi analyst manila", ("Power BI",)),
        # A word beside a tool that is none is no tool.
        ("python developer lisbon", ("Python",)),
        ("sql excellent pay", ("SQL",)),
    ],
)
def test_tools_side_by_side_are_each_meant(text: str, skills: tuple[str, ...]) -> None:
    asked = asked_in(text, "EUR", NOW)
    assert asked is not None
    assert asked.criteria.skills.any == skills


def test_a_trade_stands_before_its_tools_and_pay() -> None:
    asked = asked_in("devops kubernetes aws 120k+ usd remote worldwide", "EUR", NOW)
    assert asked is not None
    assert asked.criteria.roles.any == ("devops-engineer",)
    assert asked.criteria.skills.any == ("AWS", "Kubernetes")
