"""What `doctor` says of a sender's domain, of the portal, and of events, and what to do about each."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.mail_settings import MailSettings
from services.overview.doctor.diagnosis import Diagnosis
from services.overview.doctor.mail import portal_diagnoses, sender_diagnoses
from services.runtime.errors import UnavailableError
from services.runtime.http.names import DnsTextRecords
from tests.support.logs import NOON
from tests.support.loopback import free_port
from tests.support.mail_events import EVENT_KEY
from tests.support.name_server import name_server

DOMAIN = "alerts.harbour.example"
KEY = base64.b64encode(bytes(294)).decode()
ED_KEY = base64.b64encode(bytes(32)).decode()
SHORT_KEY = base64.b64encode(bytes(124)).decode()
SPF, DMARC = "v=spf1 ip4:192.0.2.1 -all", "v=DMARC1; p=reject"
WELL: dict[str, tuple[str, ...]] = {
    DOMAIN: (SPF, "some-site-verification=1"),
    f"mail._domainkey.{DOMAIN}": (f"v=DKIM1; k=rsa; p={KEY}",),
    f"_dmarc.{DOMAIN}": (DMARC,),
}


class Names:
    """Texts by name."""

    def __init__(self, texts: Mapping[str, Sequence[str]]) -> None:
        self.texts = texts

    def of(self, name: str) -> Sequence[str]:
        return self.texts.get(name, ())


class Silent:
    """A resolver that does not answer."""

    def of(self, name: str) -> Sequence[str]:
        raise UnavailableError(f"no resolver answers for {name}: LifetimeTimeout")


def smtp(**more: Any) -> MailSettings:
    given = {"mailer": "smtp", "sender_address": f"jobs@{DOMAIN}", "dkim_selectors": ["mail"]}
    return MailSettings.model_validate(given | more)


def sendgrid(**more: Any) -> MailSettings:
    return MailSettings.model_validate({"mailer": "sendgrid", "sender_address": f"jobs@{DOMAIN}", **more})


def said(mail: MailSettings, texts: Mapping[str, Sequence[str]]) -> dict[str, Diagnosis]:
    return {finding.what: finding for finding in sender_diagnoses(mail, Names(texts))}


def test_a_sender_that_is_set_up_is_well() -> None:
    found = said(smtp(), WELL)
    assert {what: finding.grade for what, finding in found.items()} == dict.fromkeys(
        ("SPF", "DKIM mail", "DMARC"), "well"
    )


@pytest.mark.parametrize(
    ("name", "records", "what", "grade", "words"),
    [
        (DOMAIN, (), "SPF", "wrong", "no SPF record"),
        (DOMAIN, ("v=spf10 -all",), "SPF", "wrong", "no SPF record"),
        (DOMAIN, (SPF, "v=spf1 mx -all"), "SPF", "wrong", "2 records"),
        (DOMAIN, ("v=spf1 +all",), "SPF", "wrong", "anybody"),
        (DOMAIN, ("v=spf1 " + "include:a.example " * 11 + "-all",), "SPF", "wrong", "11 look-ups"),
        (DOMAIN, ("v=spf1 " + "include:a.example " * 10 + "ip4:192.0.2.0/24 ~all",), "SPF", "well", "include"),
        (f"mail._domainkey.{DOMAIN}", (), "DKIM mail", "wrong", "there is no"),
        (f"mail._domainkey.{DOMAIN}", ("v=DKIM1; p=",), "DKIM mail", "wrong", "withdrawn"),
        (f"mail._domainkey.{DOMAIN}", ("v=DKIM1; p=%%%",), "DKIM mail", "wrong", "cannot be read"),
        (f"mail._domainkey.{DOMAIN}", (f"v=DKIM1; p={SHORT_KEY}",), "DKIM mail", "wrong", "1024"),
        (
            f"mail._domainkey.{DOMAIN}",
            (f"k=ed25519; p={ED_KEY}",),
            "DKIM mail",
            "well",
            "",
        ),
        (f"mail._domainkey.{DOMAIN}", (f"v=DKIM1; t=y:s; p={KEY}",), "DKIM mail", "note", "on trial"),
        (f"_dmarc.{DOMAIN}", (), "DMARC", "wrong", "Gmail"),
        (f"_dmarc.{DOMAIN}", (DMARC, DMARC), "DMARC", "wrong", "2 records"),
        (f"_dmarc.{DOMAIN}", ("v=DMARC1; p=maybe",), "DMARC", "wrong", "no policy"),
        (f"_dmarc.{DOMAIN}", ("v=DMARC1; p=none; rua=mailto:a@b.example",), "DMARC", "note", "p=none"),
    ],
)
def test_what_is_wrong_with_a_domain_is_said_with_what_to_do(
    name: str, records: tuple[str, ...], what: str, grade: str, words: str
) -> None:
    found = said(smtp(), WELL | {name: records})
    assert (found[what].grade, words in found[what].said) == (grade, True), found[what]
    assert bool(found[what].mend) == (grade != "well")
    assert all(finding.grade == "well" for other, finding in found.items() if other != what)


def test_spf_is_that_of_the_domain_that_mails_return_to() -> None:
    mail = smtp(smtp={"return_path": "bounces@back.example"})
    assert said(mail, WELL)["SPF"].grade == "wrong"
    assert said(mail, WELL | {"back.example": (SPF,)})["SPF"].grade == "well"


def test_a_policy_of_the_domain_above_holds_below_it() -> None:
    above = WELL | {f"_dmarc.{DOMAIN}": (), "_dmarc.harbour.example": ("v=DMARC1; p=reject; sp=none",)}
    assert said(smtp(), above)["DMARC"].grade == "note"
    assert said(smtp(), above | {"_dmarc.harbour.example": (DMARC,)})["DMARC"].grade == "well"
    assert said(smtp(), above | {"_dmarc.harbour.example": (), "_dmarc.example": (DMARC,)})["DMARC"].grade == "wrong"


def test_of_sendgrid_its_two_keys_are_looked_at_and_that_it_needs_no_spf_is_said() -> None:
    keys = {f"{name}._domainkey.{DOMAIN}": (f"k=rsa; t=s; p={KEY}",) for name in ("s1", "s2")}
    found = said(sendgrid(), keys | {f"_dmarc.{DOMAIN}": (DMARC,)})
    assert {what: finding.grade for what, finding in found.items()} == {
        "SPF": "note", "DKIM s1": "well", "DKIM s2": "well", "DMARC": "well",
    }  # fmt: skip
    assert said(sendgrid(dkim_selectors=["own"]), keys)["DKIM own"].grade == "wrong"


def test_without_a_resolver_that_is_said_and_nothing_is_wrong() -> None:
    [finding] = sender_diagnoses(smtp(), Silent())
    assert finding.grade == "note"
    assert "no resolver answers" in finding.said
    assert "dig TXT" in finding.mend


def test_of_mails_that_stay_here_no_domain_is_asked() -> None:
    assert not list(sender_diagnoses(MailSettings(sender_address=f"jobs@{DOMAIN}"), Silent()))


@given(st.lists(st.text(max_size=40) | st.from_regex(r"v=(spf1|DKIM1|DMARC1)[;= a-z0-9:+-]{0,40}"), max_size=3))
def test_whatever_a_domain_publishes_each_thing_is_judged(texts: list[str]) -> None:
    found = said(smtp(), dict.fromkeys(WELL, tuple(texts)))
    assert set(found) == {"SPF", "DKIM mail", "DMARC"}


def test_a_real_server_is_asked_aliases_followed_and_long_keys_joined() -> None:
    own = f"s1._domainkey.{DOMAIN}"
    texts = {"s1.provider.example": (f"k=rsa; p={KEY}",), DOMAIN: (), f"_dmarc.{DOMAIN}": (DMARC,)}
    with name_server(texts, {own: "s1.provider.example"}) as port:
        names = DnsTextRecords(3, ["127.0.0.1"], port)
        assert list(names.of(own)) == [f"k=rsa; p={KEY}"]
        assert list(names.of(DOMAIN)) == []
        assert list(names.of("nowhere.example")) == []
        found = {finding.what: finding.grade for finding in sender_diagnoses(sendgrid(), names)}
    assert found == {"SPF": "note", "DKIM s1": "well", "DKIM s2": "wrong", "DMARC": "well"}


def test_a_server_that_does_not_answer_is_waited_for_no_longer_than_asked() -> None:
    names = DnsTextRecords(0.3, ["127.0.0.1"], free_port())
    with pytest.raises(UnavailableError, match="no resolver answers"):
        names.of(DOMAIN)


def test_links_that_lead_nowhere_are_wrong_once_mails_go_out() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    for mail, grade in ((MailSettings(public_url=url), "note"), (smtp(public_url=url), "wrong")):
        found = {finding.what: finding for finding in portal_diagnoses(mail, NOON)}
        assert (found["portal"].grade, "`jobchime portal`" in found["portal"].mend) == (grade, True)
    assert [finding.grade for finding in portal_diagnoses(smtp(), NOON)] == ["wrong"]
    assert [finding.grade for finding in portal_diagnoses(smtp(public_url="ftp://a"), NOON)] == ["wrong"]


@pytest.mark.parametrize(
    ("allow", "key", "grade"), [(["*"], "", "wrong"), (["@a.example"], "", "note"), (["*"], EVENT_KEY, "well")]
)
def test_that_nobody_hears_of_bounces_is_wrong_once_strangers_are_mailed(
    allow: list[str], key: str, grade: str
) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    mail = sendgrid(public_url=url, allow=allow, sendgrid={"event_key": key})
    found = {finding.what: finding for finding in portal_diagnoses(mail, NOON)}
    assert found["mail events"].grade == grade
