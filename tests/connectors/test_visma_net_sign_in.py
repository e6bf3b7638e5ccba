"""A person connects their company: sent to Visma Connect, back with a code, and from then on by refresh tokens used once."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from fordran.connectors.registry import erp, erp_sign_in
from fordran.core.problems import Refused
from fordran.ports.erp import SignIn, Token
from fordran.ports.errors import NotAllowed
from tests.connectors.erp_surroundings import GateInMemory, TokenInMemory
from tests.connectors.test_visma_net_contract import TENANT, VismaStage, visma_stage

BACK = "http://127.0.0.1:8000/connected"


@pytest.fixture
def stage() -> Iterator[VismaStage]:
    yield from visma_stage()


def settings_of(stage: VismaStage) -> dict[str, object]:
    address = stage.notes["settings"]["base_url"]
    return {
        **stage.notes["settings"],
        "sign_in": "interactive",
        "redirect_uri": BACK,
        "authorize_url": f"{address}/connect/authorize",
    }


def consent(stage: VismaStage, door: SignIn, verifier: str, state: str = "s1") -> dict[str, str]:
    """What the person's browser is sent back with."""
    address = door.address(state=state, verifier=verifier)
    page = httpx.get(f"{address}&login_hint=karin.lindqvist@example.com&tenant_id={TENANT}", trust_env=False)
    assert page.status_code in (302, 303), page.text
    assert page.headers["Location"].startswith(BACK)
    return dict(httpx.URL(page.headers["Location"]).params)


def test_a_person_connects_and_the_company_is_read_on_their_behalf(stage: VismaStage) -> None:
    door = erp_sign_in("visma_net", settings_of(stage), clock=stage.clock)
    verifier = door.new_verifier()
    back = consent(stage, door, verifier)
    assert back["state"] == "s1"
    tokens = TokenInMemory()
    tokens.renew(None, lambda known: door.exchange(back["code"], verifier))
    mine = erp("visma_net", settings_of(stage), clock=stage.clock, tokens=tokens, turnstile=GateInMemory(stage.clock))
    assert mine.company().name == stage.book.name
    first = tokens.token
    assert first is not None and first.refresh
    stage.clock.sleep(3_600)
    assert mine.company().name == stage.book.name
    assert tokens.token is not None and tokens.token.refresh != first.refresh


def test_a_code_without_its_verifier_or_used_twice_gives_nothing(stage: VismaStage) -> None:
    door = erp_sign_in("visma_net", settings_of(stage), clock=stage.clock)
    verifier = door.new_verifier()
    with pytest.raises(NotAllowed):
        door.exchange(consent(stage, door, verifier)["code"], door.new_verifier())
    code = consent(stage, door, verifier)["code"]
    door.exchange(code, verifier)
    with pytest.raises(NotAllowed, match="sign in to Visma.net again"):
        door.exchange(code, verifier)


def test_an_old_refresh_token_says_that_a_person_must_sign_in_again(stage: VismaStage) -> None:
    tokens = TokenInMemory(Token("gone", 0.0, refresh="used long ago"))
    mine = erp("visma_net", settings_of(stage), clock=stage.clock, tokens=tokens, turnstile=GateInMemory(stage.clock))
    with pytest.raises(NotAllowed, match="sign in to Visma.net again"):
        mine.company()


def test_an_erp_without_such_a_sign_in_is_refused(stage: VismaStage) -> None:
    with pytest.raises(Refused):
        erp_sign_in("file", {}, clock=stage.clock)
