"""An order from the press on the button to its end, against the simulated BankID over mutual TLS."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64decode

import pytest

from fordran.agreements import orders
from fordran.agreements.models import SigningOrder
from fordran.agreements.orders import NotStarted, NotYours, came_back, cancel, examine, poll, take
from fordran.sandbox.bankid.evidence import DEFECTS
from tests.agreements.conftest import HERE, Counter, another
from tests.connectors.bankid_play import ASTRID, BJORN


def test_an_order_is_scanned_signed_and_taken_once(counter: Counter) -> None:
    shown = counter.signed()
    assert (shown.state, shown.qr, shown.picked_up) == ("complete", "", True)
    complete = take(counter.desk, shown.order.pk, HERE, "test")
    assert complete is not None and complete.person.number == ASTRID
    assert take(counter.desk, shown.order.pk, HERE, "test") is None
    kept = SigningOrder.objects.get(pk=shown.order.pk)
    assert (kept.started_sealed, kept.request_sealed, kept.answer_sealed, kept.taken) == (None, None, None, True)


def test_the_end_belongs_to_its_purpose(counter: Counter) -> None:
    shown = counter.signed()
    assert take(counter.desk, shown.order.pk, HERE, "sign-in") is None
    assert take(counter.desk, shown.order.pk, HERE, "test") is not None


def test_an_order_can_identify_too(counter: Counter) -> None:
    shown = counter.signed(kind="auth", purpose="sign-in", text="Logga in i Fordran")
    complete = take(counter.desk, shown.order.pk, HERE, "sign-in")
    assert complete is not None and complete.person.name == "Astrid Provlund"


def test_the_code_on_the_page_is_that_of_the_published_algorithm_each_second(counter: Counter) -> None:
    order = counter.begin()
    started = orders._started(order)
    for second in range(1, 29, 3):
        shown = counter.poll(order, after=1 if second == 1 else 3)
        code = hmac.new(started.qr_start_secret.encode(), str(second).encode(), hashlib.sha256).hexdigest()
        assert shown.qr == f"bankid.{started.qr_start_token}.{second}.{code}"


def test_secrets_of_an_order_lie_sealed_in_its_row(counter: Counter) -> None:
    order = counter.begin(personal_number=ASTRID)
    row = SigningOrder.objects.filter(pk=order.pk).values().get()
    started = orders._started(order)
    text = repr({name: bytes(value) if isinstance(value, memoryview) else value for name, value in row.items()})
    assert started.qr_start_secret not in text and started.auto_start_token not in text and ASTRID not in text


def test_bankid_is_asked_every_two_seconds_whoever_looks(counter: Counter) -> None:
    order = counter.begin()
    before = counter.asked_to_collect()
    for _ in range(8):  # two tabs, each every second
        counter.poll(order, after=0.5)
    assert counter.asked_to_collect() - before == 2


def test_another_browser_and_another_user_have_no_such_order(counter: Counter, django_user_model: type) -> None:
    order = counter.begin()
    user = django_user_model.objects.create_user("annan")  # type: ignore[attr-defined]
    for visitor in (another(), another(secret=HERE.secret, user_id=user.pk)):
        for act in (poll, cancel):
            with pytest.raises(NotYours):
                act(counter.desk, order.pk, visitor)
        with pytest.raises(NotYours):
            take(counter.desk, order.pk, visitor, "test")


def test_who_comes_back_from_the_app_must_bring_the_nonce(counter: Counter) -> None:
    order = counter.begin()
    nonce = counter.play.asked("/sign")["returnUrl"].partition("nonce=")[2]
    assert came_back(order.pk, HERE, nonce).pk == order.pk
    for visitor, wrong in ((HERE, "annat"), (another(), nonce)):
        with pytest.raises(NotYours):
            came_back(order.pk, visitor, wrong)


# ---- time ----------------------------------------------------------------------------------------------------------


def test_an_order_nobody_picks_up_is_renewed_for_three_minutes_and_then_over(counter: Counter) -> None:
    order = counter.begin()
    refs, left = {order.ref}, []
    for _ in range(85):
        shown = counter.poll(order)
        assert shown.state == "pending" and shown.qr
        refs.add(shown.order.ref)
        left.append(shown.seconds_left)
    assert len(refs) >= 6 and shown.order.renewed == len(refs) - 1
    assert left == sorted(left, reverse=True) and left[-1] == 10
    for _ in range(5):
        shown = counter.poll(order)
    assert (shown.state, shown.hint, shown.qr) == ("failed", "startFailed", "")


def test_each_renewal_signs_another_nonce_beside_the_same_words(counter: Counter) -> None:
    order = counter.begin()
    first = counter.play.asked("/sign")
    shown = counter.poll(order, after=31)
    second = counter.play.asked("/sign")
    assert shown.order.renewed == 1 and first["userVisibleData"] == second["userVisibleData"]
    hidden = [json.loads(b64decode(one["userNonVisibleData"])) for one in (first, second)]
    assert hidden[0]["version"] == hidden[1]["version"] == 1 and hidden[0]["nonce"] != hidden[1]["nonce"]
    counter.play.tap("/sign", order=counter.scan(shown))
    assert counter.poll(order).state == "complete"


def test_an_order_that_was_picked_up_is_not_renewed_and_expires(counter: Counter) -> None:
    order = counter.begin()
    counter.scan(counter.poll(order))
    assert counter.poll(order).hint == "userSign"
    shown = counter.poll(order, after=181)
    assert (shown.state, shown.hint, shown.order.renewed) == ("failed", "expiredTransaction", 0)


def test_an_order_whose_end_was_never_fetched_is_over_and_can_be_started_anew(counter: Counter) -> None:
    order = counter.begin()
    counter.play.tap("/sign", order=counter.scan(counter.poll(order)))
    assert SigningOrder.objects.get(pk=order.pk).hint in orders.NOT_PICKED_UP  # nobody has looked since
    SigningOrder.objects.filter(pk=order.pk).update(hint="userSign")
    shown = counter.poll(order, after=400)
    assert (shown.state, shown.hint) == ("error", "invalidParameters")
    assert counter.signed().state == "complete"


# ---- ends and errors -----------------------------------------------------------------------------------------------


def test_cancelling_ends_it_at_bankid_too_and_a_second_press_does_no_harm(counter: Counter) -> None:
    order = counter.begin()
    counter.poll(order)
    for _ in range(2):
        assert cancel(counter.desk, order.pk, HERE).state == "failed"
    assert counter.play.phone.get("/orders").json() == []
    assert counter.poll(order).hint == "userCancel"


def test_cancelling_what_is_signed_changes_nothing(counter: Counter) -> None:
    shown = counter.signed()
    assert cancel(counter.desk, shown.order.pk, HERE).state == "complete"


@pytest.mark.parametrize(
    "hint", ["userCancel", "certificateErr", "cancelled", "userDeclinedCall", "notSupportedByUserApp", "nyttAvEttSlag"]
)
def test_every_way_to_fail_is_told(counter: Counter, hint: str) -> None:
    order = counter.begin()
    counter.play.tap("/cancel", order=counter.scan(counter.poll(order)), hint=hint)
    shown = counter.poll(order)
    assert (shown.state, shown.hint) == ("failed", hint)


def test_a_connection_that_breaks_while_waiting_is_tried_again(counter: Counter) -> None:
    order = counter.begin()
    for kind in ("503", "500", "cut"):
        counter.play.server.order_trouble("/collect", kind)
        assert counter.poll(order).state == "pending"
    assert counter.poll(order).qr


def test_being_let_in_no_more_ends_it_with_an_error(counter: Counter) -> None:
    order = counter.begin()
    counter.play.server.order_trouble("/collect", "html_403")
    shown = counter.poll(order)
    assert (shown.state, shown.hint) == ("error", "internalError")


@pytest.mark.parametrize(
    ("kind", "code"), [("503", "internalError"), ("html_403", "internalError"), ("not_json", "internalError")]
)
def test_an_order_that_is_not_made_says_so(counter: Counter, kind: str, code: str) -> None:
    counter.play.server.order_trouble("/sign", kind)
    with pytest.raises(NotStarted) as told:
        counter.begin()
    assert told.value.code == code and not SigningOrder.objects.exists()


def test_a_person_with_an_order_under_way_is_told_so(counter: Counter) -> None:
    counter.begin(personal_number=BJORN)
    with pytest.raises(NotStarted) as told:
        counter.begin(personal_number=BJORN)
    assert told.value.code == "alreadyInProgress"
    assert counter.signed(personal_number=BJORN, person=BJORN).state == "complete"


def test_too_many_orders_from_one_browser_are_refused(counter: Counter) -> None:
    for _ in range(orders.MOST_STARTS):
        counter.begin()
    with pytest.raises(NotStarted) as told:
        counter.begin()
    assert told.value.code == "tooMany"
    counter.begin(another())


# ---- evidence ------------------------------------------------------------------------------------------------------

FAILS = {
    "changed_text": "digests", "other_text": "text", "other_hidden": "hidden", "other_function": "function",
    "other_party": "party", "other_person": "person", "foreign": "root", "expired": "validity", "revoked": "ocsp_good",
    "unknown": "ocsp_good", "other_nonce": "ocsp_nonce", "own_responder": "ocsp_signer", "about_another": "ocsp_certificate",
    "late": "time", "stale": "ocsp_good",
}  # fmt: skip


@pytest.mark.parametrize("defect", [name for name in DEFECTS if name])
def test_evidence_with_a_defect_is_refused_and_gives_nothing(counter: Counter, defect: str) -> None:
    shown = counter.signed(defect=defect)
    assert shown.state == "refused"
    verdict = shown.order.verdict
    assert verdict is not None
    assert FAILS[defect] in [check["name"] for check in verdict["checks"] if not check["holds"]]
    assert take(counter.desk, shown.order.pk, HERE, "test") is None


def test_a_signature_that_another_order_has_brought_is_refused(counter: Counter) -> None:
    first = counter.signed()
    order = counter.begin()
    ref = counter.scan(counter.poll(order))
    counter.play.tap("/sign", order=ref)
    old = json.loads(orders.answer_of(counter.desk, first.order).raw)["completionData"]
    counter.play.server.orders._orders[ref].completion = old  # BankID's answer to the new order carries the old evidence
    shown = counter.poll(order)
    assert shown.state == "refused" and shown.order.verdict is not None
    assert {"hidden", "once"} <= {check["name"] for check in shown.order.verdict["checks"] if not check["holds"]}
    assert SigningOrder.objects.get(pk=first.order.pk).state == "complete"


def test_one_that_dies_after_the_answer_was_kept_goes_on_where_it_was(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    order = counter.begin()
    counter.play.tap("/sign", order=counter.scan(counter.poll(order)))

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(orders, "examine", dies)
        with pytest.raises(KeyboardInterrupt):
            counter.poll(order)
    kept = SigningOrder.objects.get(pk=order.pk)
    assert kept.state == "answered" and kept.answer_sealed is not None
    before = counter.asked_to_collect()
    assert counter.poll(order, after=1000).state == "complete"  # BankID has long forgotten it
    assert counter.asked_to_collect() == before
    assert examine(counter.desk, order.pk).state == "complete"
