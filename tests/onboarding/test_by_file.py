"""A ledger that comes as a file, from upload to the mirror, with the project's own samples."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from fordran.creditors.models import Creditor, Organisation
from fordran.day.models import Today
from fordran.invoices.models import Invoice
from fordran.onboarding.models import LedgerUpload
from tests.onboarding.subscription import TODAY

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "open-items"
NUMBER = "5560160680"


def text_of(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def page(db: None, settings: Any) -> Client:
    """Maria, who has typed her company and accepted its terms."""
    from fordran.access.people import give_role, make_administrator
    from fordran.onboarding.register import Typed, register_typed
    from tests.access.conftest import a_person

    settings.DEMO = True
    Today.objects.update_or_create(id=1, defaults={"on": TODAY})
    organisation = Organisation.objects.create(name="Granholms", created_on=TODAY)
    maria = a_person("maria")
    make_administrator(organisation, maria, by="command line", today=TODAY)
    give_role(organisation, maria, "sign", creditor=None, until=None, by="command line", today=TODAY)
    typed = Typed("Granholms Bygg AB", NUMBER, "Smedjegatan 14", "923 41", "Storås")
    register_typed(organisation, typed, by=maria, today=TODAY)
    Creditor.objects.update(signs_here=False)
    client = Client(headers={"accept-language": "sv"})
    client.force_login(maria)
    return client


def send(page: Client, name: str, content: bytes | None = None) -> Any:
    file = BytesIO((SAMPLES / name).read_bytes() if content is None else content)
    file.name = name
    return page.post(f"/{NUMBER}/start/ledger-file", {"file": file})


def columns(page: Client) -> dict[str, str]:
    """What the page's form would send, as it stands."""
    import re

    found = {}
    for select in re.findall(r'<select class="form-select" name="(column-\d+)".*?</select>', text_of(page.get(address())), re.S):
        found[select] = ""
    html = text_of(page.get(address()))
    for name in found:
        part = html[html.index(f'name="{name}"') :]
        chosen = re.search(r'<option value="([^"]*)" selected', part[: part.index("</select>")])
        found[name] = chosen[1] if chosen else ""
    return found


def address() -> str:
    return f"/{NUMBER}/start/ledger-file/columns"


@pytest.mark.parametrize(
    "name",
    [
        "fortnox-style.csv",
        "oppna-poster.xlsx",
        "reskontra-excel.csv",
        "visma-net-style.csv",
        "oppna-poster-unicode.txt",
        "all-fields.csv",
    ],
)
def test_every_sample_goes_from_upload_to_the_mirror_with_what_is_guessed(page: Client, name: str) -> None:
    answer = send(page, name)
    assert answer["Location"] == address()
    shown = text_of(page.get(address()))
    assert "Stämmer kolumnerna?" in shown and "Fakturanummer *" in shown
    answer = page.post(address(), {**columns(page), "act": "take", "once": str(uuid4())})
    assert answer.status_code == 302 and answer["Location"] == f"/{NUMBER}/start", text_of(answer)
    assert Invoice.objects.count() > 2 and not LedgerUpload.objects.exists()


def test_the_columns_are_shown_with_rows_of_the_file_and_nothing_is_taken_in_before_ok(page: Client) -> None:
    send(page, "reskontra-excel.csv")
    shown = text_of(page.get(address()))
    assert "Org.nr/Pers.nr" in shown and "Åkes Rör &amp; Värme AB" in shown and "Storgatan 12" in shown
    assert not Invoice.objects.exists()
    kept = LedgerUpload.objects.get()
    assert b"Storgatan" not in bytes(kept.content_sealed)


def test_another_column_can_be_chosen_and_one_field_has_one_column(page: Client) -> None:
    send(page, "reskontra-excel.csv")
    chosen = columns(page)
    due, issued = (next(name for name, field in chosen.items() if field == wanted) for wanted in ("due", "issued"))
    twice = page.post(address(), {**chosen, issued: "due", "act": "look"})
    assert twice.status_code == 422 and "Förfallodag kan bara komma ur en kolumn" in text_of(twice)
    swapped = {**chosen, issued: "due", due: "issued"}
    assert page.post(address(), {**swapped, "act": "look"}).status_code == 200
    page.post(address(), {**swapped, "act": "take"})
    assert Invoice.objects.get(number="20261").due_on.isoformat() == "2026-08-14"


def test_a_column_that_must_be_there_is_asked_for(page: Client) -> None:
    send(page, "reskontra-excel.csv")
    chosen = columns(page)
    due = next(name for name, field in chosen.items() if field == "due")
    answer = page.post(address(), {**chosen, due: "", "act": "take"})
    assert answer.status_code == 422 and "förfallodag" in text_of(answer) and not Invoice.objects.exists()


def test_rows_that_cannot_be_used_are_listed_and_the_others_taken_in(page: Client) -> None:
    send(page, "broken.csv")
    shown = text_of(page.get(address()))
    assert "Rader som inte går att använda" in shown
    assert page.post(address(), {**columns(page), "act": "take"}).status_code == 302
    assert Invoice.objects.exists()


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 a letter", b"just a sentence without a table\n"])
def test_what_is_no_list_is_refused_with_a_sentence_and_nothing_is_kept(page: Client, content: bytes) -> None:
    answer = send(page, "x.csv", content)
    assert answer.status_code == 422 and "Det här behöver rättas" in text_of(answer) and not LedgerUpload.objects.exists()


def test_pressing_ok_twice_or_sending_the_same_file_again_changes_nothing(page: Client) -> None:
    send(page, "reskontra-excel.csv")
    form = {**columns(page), "act": "take", "once": str(uuid4())}
    first, second = page.post(address(), form), page.post(address(), form)
    assert first["Location"] == second["Location"]
    number = Invoice.objects.count()
    send(page, "reskontra-excel.csv")
    answer = page.post(address(), {**columns(page), "act": "take"}, follow=True)
    assert "Filen är redan inläst i dag." in text_of(answer) and Invoice.objects.count() == number


def test_a_file_that_has_lost_much_of_the_ledger_needs_a_yes(page: Client) -> None:
    lines = ["Fakturanr;Kundnamn;Förfallodatum;Restbelopp;Org.nr"]
    lines += [f"{n};Kund {n} AB;2026-01-30;1000,00;559900-0006" for n in range(1, 41)]
    send(page, "stor.csv", "\n".join(lines).encode())
    assert page.post(address(), {**columns(page), "act": "take"}).status_code == 302
    Today.objects.update(on=TODAY + timedelta(days=1))
    send(page, "liten.csv", "\n".join(lines[:11]).encode())
    refused = page.post(address(), {**columns(page), "act": "take"})
    assert refused.status_code == 422 and "ta in den ändå" in text_of(refused)
    taken = page.post(address(), {**columns(page), "act": "take", "accept_shrunk": "1"}, follow=True)
    assert "30 finns inte längre i filen." in text_of(taken)


def test_a_file_can_be_taken_away_again(page: Client) -> None:
    send(page, "reskontra-excel.csv")
    assert page.post(address(), {"act": "forget"})["Location"] == f"/{NUMBER}/start/ledger-file"
    assert not LedgerUpload.objects.exists() and page.get(address()).status_code == 302


def test_the_pages_role_takes_it_in_behind_the_walls(page: Client, app_role: None) -> None:
    assert send(page, "reskontra-excel.csv").status_code == 302
    assert page.post(address(), {**columns(page), "act": "take"}).status_code == 302
    assert Invoice.objects.exists()
