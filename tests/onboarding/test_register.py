"""Registering companies, against the simulated Visma.net over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from fordran.core.problems import Refused
from fordran.creditor_pages.tenancy import see_only
from fordran.creditors.load import load_profile
from fordran.creditors.models import Address, AmountLimit, Creditor, FieldOrigin, OfficeAccount, Organisation
from fordran.erp.models import Connection
from fordran.onboarding import offers
from fordran.onboarding.register import Typed, register, register_typed
from fordran.payouts.models import PriceList
from tests.onboarding.subscription import NEW, NEW_NUMBER, SISTER, SISTER_NUMBER, TODAY, Subscription, registered


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_companies_are_fetched_shown_and_registered_each_with_what_the_erp_says(subscription: Subscription) -> None:
    page = text_of(subscription.page.get(subscription.address()))
    assert "Ekbackens Trädgård AB" in page and "559900-0014" in page and "Ekbacksvägen 7" in page and "5050-1055" in page
    assert not registered()
    answer = subscription.register(NEW, SISTER)
    assert answer.status_code == 302 and answer["Location"] == "/companies"
    sister, new = registered()
    assert (new.name, new.organisation_number, new.mode, new.active, new.signs_here) == (
        "Ekbackens Trädgård AB", NEW_NUMBER, "own", False, True,
    )  # fmt: skip
    assert (new.organisation, new.registered_on, new.bankgiro) == (subscription.organisation, TODAY, "50501055")
    assert sister.organisation_number == SISTER_NUMBER
    senders = Address.objects.filter(creditor=new, kind="sender").values_list("name", "street", "postcode", "town")
    assert list(senders) == [("Ekbackens Trädgård AB", "Ekbacksvägen 7", "513 94", "Ekeboda")]
    assert Address.objects.filter(creditor=new).count() == 3
    origin = FieldOrigin.objects.get(creditor=new, field="address.sender.street")
    assert (origin.origin, origin.fetched, origin.on) == ("erp", "Ekbacksvägen 7", TODAY)
    known = Connection.objects.get(creditor=new)
    assert known.connector == "visma_net" and known.settings["tenant_id"] == NEW and "client_secret" not in known.settings
    assert known.case_url.endswith(f"/{NEW_NUMBER}/cases") and known.case_url.startswith("http")
    profile = load_profile(new)
    assert profile.generic.days is None and profile.generic.import_from is None
    card = AmountLimit.objects.get(creditor=new)
    assert (card.currency, card.min_minor, card.max_minor) == ("SEK", None, None)


def test_with_an_office_its_permit_address_account_and_prices_are_the_companys_from_the_start(
    subscription: Subscription, office: Any
) -> None:
    page = text_of(subscription.page.get(subscription.address()))
    assert "Kravbyrån Sundhamn AB samlar in åt er" in page and "egeninkasso" in page
    subscription.register(NEW, SISTER, mode="agency")
    sister, new = registered()
    assert (new.mode, new.permit, new.permit_until, new.office_name) == (
        "agency", "2025-0417", date(2035, 12, 31), "Kravbyrån Sundhamn AB",
    )  # fmt: skip
    assert {new.bankgiro, sister.bankgiro} == {"98000003", "98000011"}  # each its own
    assert {one.taken_by for one in OfficeAccount.objects.all()} == {new, sister}
    assert Address.objects.get(creditor=new, kind="sender").name == "Kravbyrån Sundhamn AB"
    assert Address.objects.get(creditor=new, kind="invoice").name == "Ekbackens Trädgård AB"
    assert PriceList.objects.get(creditor=new).commission_permille == 80
    assert load_profile(new).not_ready(TODAY)[0][0] == "creditor.debt_description"


def test_how_it_is_collected_has_to_be_chosen_where_there_is_an_office_and_nothing_typed_is_lost(
    subscription: Subscription, office: Any
) -> None:
    subscription.page.get(subscription.address())
    answer = subscription.register(NEW, mode="")
    page = text_of(answer)
    assert answer.status_code == 422 and "Välj hur det ska samlas in." in page and not registered()
    assert f'value="{subscription.offers()[NEW].pk}" id="c-{subscription.offers()[NEW].pk}" checked' in page
    assert f'id="c-{subscription.offers()[SISTER].pk}" checked' not in page


def test_one_company_is_a_page_to_check_with_one_button_and_its_agreement_comes_next(subscription: Subscription) -> None:
    subscription.offers()[SISTER].delete()
    page = text_of(subscription.page.get(subscription.address()))
    assert 'name="company" value' in page and 'id="c-' not in page
    assert "Kontrollera uppgifterna från Visma.net ERP och registrera." in page
    answer = subscription.register(NEW)
    assert answer["Location"] == f"/{NEW_NUMBER}/agreement"


def test_with_the_erp_away_what_was_known_and_ticked_stays(subscription: Subscription) -> None:
    subscription.page.get(subscription.address())
    subscription.server.stop()
    offers = subscription.offers()
    answer = subscription.page.post(subscription.address(), {"act": "ask", "company": [offers[SISTER].pk]})
    page = text_of(subscription.page.get(answer["Location"]))
    assert "Vi når inte Visma.net ERP just nu" in page and "Det du har valt är sparat" in page
    assert "Ekbackens Trädgård AB" in page
    assert (subscription.offers()[NEW].chosen, subscription.offers()[SISTER].chosen) == (False, True)
    assert subscription.register(SISTER).status_code == 302 and registered()[0].organisation_number == SISTER_NUMBER


def test_with_the_erp_away_from_the_beginning_the_page_says_so_and_loses_nothing(subscription: Subscription) -> None:
    subscription.server.stop()
    page = text_of(subscription.page.get(subscription.address()))
    assert "Vi når inte Visma.net ERP just nu" in page and NEW in page
    assert subscription.offers()[NEW].problem == "away"
    assert subscription.register(NEW).status_code == 422 and not registered()


def test_one_company_that_has_not_let_us_in_does_not_stop_the_other(subscription: Subscription) -> None:
    subscription.server.withdraw(SISTER)
    page = text_of(subscription.page.get(subscription.address()))
    assert "Företaget har inte släppt in Fordran." in page and "Ekbackens Trädgård AB" in page
    assert subscription.register(NEW).status_code == 302
    subscription.server.grant(SISTER)
    subscription.page.post(subscription.address(), {"act": "ask"})
    assert subscription.offers()[SISTER].problem == "" and subscription.register(SISTER).status_code == 302
    assert len(registered()) == 2


def test_one_company_without_a_number_does_not_stop_the_other(subscription: Subscription) -> None:
    subscription.books[SISTER].organisation_number = ""
    page = text_of(subscription.page.get(subscription.address()))
    assert "Organisationsnumret saknas i Visma.net ERP." in page
    assert subscription.register(NEW).status_code == 302


def test_a_number_whose_check_digit_is_wrong_cannot_be_registered(subscription: Subscription) -> None:
    subscription.books[SISTER].organisation_number = "559900-0015"
    page = text_of(subscription.page.get(subscription.address()))
    assert "Organisationsnumret 5599000015 stämmer inte." in page
    answer = subscription.register(NEW, SISTER)
    assert answer.status_code == 422 and "Kontrollera siffrorna." in text_of(answer)
    assert not registered()  # all of them or none


def test_a_company_that_somebody_else_has_registered_is_refused_kindly_with_whom_to_ask(subscription: Subscription) -> None:
    from fordran.access.people import make_administrator
    from tests.access.conftest import a_person

    other = Organisation.objects.create(name="Andra", created_on=TODAY)
    make_administrator(other, a_person("petra"), by="command line", today=TODAY)
    Creditor.objects.create(name="Ekbackens Trädgård AB", organisation_number=NEW_NUMBER, organisation=other)
    page = text_of(subscription.page.get(subscription.address()))
    assert "Ekbackens Trädgård AB är redan registrerat. Be Petra Ek om åtkomst." in page
    answer = subscription.register(NEW)
    assert answer.status_code == 422 and "Be Petra Ek om åtkomst." in text_of(answer)
    assert len(registered()) == 1


def test_pressing_twice_or_going_back_registers_once(subscription: Subscription) -> None:
    subscription.page.get(subscription.address())
    key = str(uuid4())
    first = subscription.register(NEW, once=key)
    second = subscription.register(NEW, once=key)
    assert first["Location"] == second["Location"] == f"/{NEW_NUMBER}/agreement"
    third = subscription.register(NEW, once=str(uuid4()))  # another tab
    assert third["Location"] == first["Location"] and len(registered()) == 1
    assert "Redan registrerat hos er." in text_of(subscription.page.get(subscription.address()))


def test_a_creditor_is_made_whole_or_not_at_all(subscription: Subscription, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection's secret cannot be sealed: the second company fails after the first was made."""
    subscription.page.get(subscription.address())
    monkeypatch.delenv("FORDRAN_VISMA_CLIENT")
    wanted = list(subscription.offers().values())
    with pytest.raises(Refused, match="no client"):
        register(subscription.organisation, wanted, mode="own", by=subscription.maria, today=TODAY)
    assert not registered() and not AmountLimit.objects.exists()


def test_the_office_may_take_no_more_than_it_has_accounts_for(subscription: Subscription, office: Any) -> None:
    office.accounts.order_by("pk").last().delete()
    subscription.page.get(subscription.address())
    answer = subscription.register(NEW, SISTER, mode="agency")
    assert answer.status_code == 422 and "inget ledigt konto" in text_of(answer) and not registered()
    assert OfficeAccount.objects.get().taken_by is None


def test_an_office_whose_permit_has_run_out_is_not_offered(subscription: Subscription, office: Any) -> None:
    type(office).objects.update(permit_until=date(2026, 3, 1))
    page = text_of(subscription.page.get(subscription.address()))
    assert "Kravbyrån" not in page and "egeninkasso" in page
    subscription.register(NEW, mode="agency")  # as if the page had stood open since yesterday
    assert [one.mode for one in registered()] == ["own"]


def test_the_pages_role_can_do_all_of_it_behind_the_walls(subscription: Subscription, office: Any, app_role: None) -> None:
    subscription.page.get(subscription.address())
    assert subscription.register(NEW, mode="agency").status_code == 302
    assert Address.objects.filter(kind="sender").count() == 1
    see_only([])
    assert not Address.objects.exists()  # to whom the company is not named


def test_only_a_customer_administrator_of_the_organisation_registers(subscription: Subscription) -> None:
    from django.test import Client

    from tests.access.conftest import a_person

    stranger = Client()
    stranger.force_login(a_person("nils"))
    assert stranger.get(subscription.address()).status_code == 404
    assert stranger.post(subscription.address("register/typed"), {"name": "X", "number": NEW_NUMBER}).status_code == 404
    assert Client().get(subscription.address()).status_code == 302


def test_tenant_ids_are_typed_where_the_sign_in_tells_none(subscription: Subscription) -> None:
    for offer in subscription.offers().values():
        offer.delete()
    page = text_of(subscription.page.get(subscription.address()))
    assert "Vi vet inte vilka företag ni har än" in page and "Konfiguration" in page
    answer = subscription.page.post(subscription.address(), {"act": "tenants", "tenants": "inte/ett id"})
    assert answer.status_code == 422 and "är inget tenant-id" in text_of(answer)
    answer = subscription.page.post(subscription.address(), {"act": "tenants", "tenants": f" {NEW}\n{SISTER}"})
    assert answer.status_code == 302
    assert "Ekbackens Trädgård AB" in text_of(subscription.page.get(answer["Location"]))


def test_companies_that_the_sign_in_tells_of_are_there_without_typing(subscription: Subscription) -> None:
    from allauth.socialaccount.models import SocialAccount

    from fordran.access.adapters import PROVIDER_ID

    for offer in subscription.offers().values():
        offer.delete()
    told = {"tenants": [{"id": NEW, "name": "Ekbackens Trädgård AB"}]}
    SocialAccount.objects.create(user=subscription.maria, provider=PROVIDER_ID, uid="abc", extra_data={"id_token": told})
    assert "Ekbackens Trädgård AB" in text_of(subscription.page.get(subscription.address()))


# ---- without an ERP ------------------------------------------------------------------------------------------------------


def test_a_company_without_an_erp_is_typed_and_goes_the_same_way(subscription: Subscription) -> None:
    typed = {"name": "Granholms Bygg AB", "number": "556016-0680", "street": "Smedjegatan 14", "postcode": "923 41",
             "town": "Storås", "once": str(uuid4())}  # fmt: skip
    answer = subscription.page.post(subscription.address("register/typed"), typed)
    assert answer["Location"] == "/5560160680/agreement"
    (made,) = registered()
    assert (made.mode, made.signs_here, made.active, made.organisation) == ("own", True, False, subscription.organisation)
    assert FieldOrigin.objects.get(creditor=made, field="address.sender.town").origin == "typed"
    assert not Connection.objects.filter(creditor=made).exists()
    assert subscription.page.post(subscription.address("register/typed"), typed)["Location"] == answer["Location"]
    assert len(registered()) == 1


def test_what_is_typed_wrong_comes_back_whole_with_a_sentence_at_its_field(subscription: Subscription) -> None:
    answer = subscription.page.post(
        subscription.address("register/typed"), {"name": "", "number": "556016-0681", "town": "Storås"}
    )
    page = text_of(answer)
    assert answer.status_code == 422 and "Organisationsnumret 556016-0681 stämmer inte. Kontrollera siffrorna." in page
    assert "Skriv företagets namn." in page and 'value="Storås"' in page and 'href="#f-number"' in page


def test_who_types_a_number_that_somebody_has_learns_no_names(subscription: Subscription) -> None:
    other = Organisation.objects.create(name="Andra", created_on=TODAY)
    Creditor.objects.create(name="Hemliga AB", organisation_number="5560160680", organisation=other)
    with pytest.raises(Refused) as refused:
        register_typed(subscription.organisation, Typed("Vi AB", "556016-0680"), by=subscription.maria, today=TODAY)
    assert "Hemliga" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "number"),
    [("556016-0680", "5560160680"), ("SE556016068001", "5560160680"), ("16556016-0680", "5560160680"),
     (" 5560160680 ", "5560160680"), ("19811228-9874", "8112289874"), ("inget", "inget")],
)  # fmt: skip
def test_a_number_is_understood_however_it_is_written(text: str, number: str) -> None:
    assert offers.plain_number(text) == number
