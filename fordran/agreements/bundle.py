"""A signed agreement with its evidence: as a file to keep, and looked at again years later.

| In the file | What |
|---|---|
| agreement.pdf | the document, byte by byte as it was shown |
| evidence.json | who accepted what and when, what was stated, and what was found when it was signed |
| request.json | what the person was asked to sign |
| answer.json | what the way to sign answered, byte by byte |
| signature.xml, ocsp.der | the signature and the answer about the certificate, taken out of it |
| README.txt | how to look at it |

A plain acceptance has the first two and the last.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fordran.agreements import orders
from fordran.agreements.accept import signer_name
from fordran.agreements.models import Acceptance, Evidence
from fordran.core.problems import Refused
from fordran.db.seals import unseal
from fordran.ports.errors import PortError
from fordran.ports.signing import Check, Order, Signing

README = """Ett signerat avtal med sina bevis / A signed agreement with its evidence

agreement.pdf är dokumentet. Dess SHA-256 står i evidence.json, i texten som skrevs under och i det som skrevs under
med den utan att visas (request.json: text och hidden). signature.xml är underskriften i formatet XML-DSig, med
certifikaten i sig. ocsp.der är bankens svar om att certifikatet gällde då; dess nonce börjar med SHA-1 av underskriften
i base64. Allt prövas igen, utan att någon tillfrågas:

    fordran agreement verify --file FILEN

agreement.pdf is the document. Its SHA-256 stands in evidence.json, in the text that was signed and in what was signed
with it without being shown (request.json: text and hidden). signature.xml is the signature as XML-DSig, with the
certificates in it. ocsp.der is the bank's answer that the certificate was valid then; its nonce begins with SHA-1 of
the signature in base64. All of it is looked at again, asking nobody:

    fordran agreement verify --file THE-FILE
"""
MOST_BYTES = 20_000_000
_ALWAYS = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a verdict is made from. `answer` is empty for a plain acceptance."""

    facts: Mapping[str, Any]
    pdf: bytes
    request: Order | None = None
    answer: bytes = b""


def kept_of(acceptance: Acceptance) -> Kept:
    """From the rows. The creditor's must be visible."""
    evidence = Evidence.objects.filter(acceptance=acceptance).select_related("sealed").first()
    document = acceptance.document
    facts: dict[str, Any] = {
        "company": acceptance.creditor.name, "organisation_number": acceptance.creditor.organisation_number,
        "kind": acceptance.kind, "version": acceptance.version, "sha256": document.sha256, "way": acceptance.way,
        "statement": acceptance.statement, "signed_by": signer_name(acceptance), "on": acceptance.on.isoformat(),
        "at": acceptance.at.isoformat(), "reference": acceptance.reference,
    }  # fmt: skip
    if evidence is None:
        return Kept(facts, bytes(document.pdf))
    facts |= {
        "order_ref": evidence.ref, "started_at": evidence.started_at, "collected_at": evidence.collected_at,
        "verdict": evidence.verdict,
    }  # fmt: skip
    request = orders.from_json(json.loads(unseal(evidence.sealed.request_sealed, acceptance.creditor_id)))
    answer = base64.b64decode(unseal(evidence.sealed.answer_sealed, acceptance.creditor_id))
    return Kept(facts, bytes(document.pdf), request, answer)


def as_file(kept: Kept, signing: Signing | None) -> bytes:
    """A ZIP; the same evidence gives the same bytes. Without a way to sign the signature is not taken out of the answer."""
    files = {"README.txt": README.encode(), "agreement.pdf": kept.pdf, "evidence.json": _json(kept.facts)}
    if kept.request is not None:
        files |= {"request.json": _json(orders.as_json(kept.request)), "answer.json": kept.answer}
        if signing is not None:
            complete = signing.reread(kept.facts["order_ref"], kept.answer)
            files |= {"signature.xml": base64.b64decode(complete.signature), "ocsp.der": base64.b64decode(complete.ocsp)}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in sorted(files.items()):
            made.writestr(zipfile.ZipInfo(name, _ALWAYS), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def from_file(content: bytes) -> Kept:
    """Raises Refused for a file that is not one of ours."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            if sum(one.file_size for one in opened.infolist()) > MOST_BYTES:
                raise ValueError("too large")
            names = set(opened.namelist())
            facts = json.loads(opened.read("evidence.json"))
            pdf = opened.read("agreement.pdf")
            if "answer.json" not in names:
                return Kept(facts, pdf)
            return Kept(facts, pdf, orders.from_json(json.loads(opened.read("request.json"))), opened.read("answer.json"))
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise Refused("this is no file of a signed agreement with its evidence", field="file") from error


def look_again(kept: Kept, signing: Signing | None) -> Sequence[Check]:
    """Every check by name: that the document is the one that was signed, and then all of the signature's own. Asks nobody."""
    found = hashlib.sha256(kept.pdf).hexdigest()
    checks = [_check("document", found == kept.facts.get("sha256"), "the document is not the one that was accepted")]
    if kept.request is None:
        plain = kept.facts.get("way") == "plain"
        return [*checks, _check("way", plain, "it says that it is signed, but the signature is not there")]
    checks.append(_manifest(kept, found))
    if signing is None:
        return [*checks, Check("signature", False, "BankID is not set up here, so that the signature cannot be looked at")]
    try:
        complete = signing.reread(str(kept.facts["order_ref"]), kept.answer)
        verdict = signing.verify(
            complete, kept.request, order_ref=str(kept.facts["order_ref"]), started_at=float(kept.facts["started_at"]),
            collected_at=float(kept.facts["collected_at"]),
        )  # fmt: skip
    except (PortError, KeyError, TypeError, ValueError) as error:
        return [*checks, Check("signature", False, f"it cannot be read: {error}")]
    named = _check("signer", kept.facts.get("signed_by") == complete.person.name, "it was signed by somebody else than it says")
    return [*checks, named, *verdict.checks]


def _manifest(kept: Kept, found: str) -> Check:
    """What was signed names this document, version and company, seen and unseen."""
    assert kept.request is not None
    try:
        hidden = json.loads(kept.request.hidden)
    except ValueError:
        return Check("manifest", False, "what was signed unseen cannot be read")
    names = ("version", "sha256", "organisation_number", "statement")
    same = all(hidden.get(name) == kept.facts.get(name) for name in names) and hidden.get("agreement") == kept.facts.get("kind")
    shown = found in kept.request.text and str(kept.facts.get("statement")) in kept.request.text
    return _check("manifest", same and shown, "what was signed names another document, version, company or statement")


def _check(name: str, holds: bool, why: str) -> Check:
    return Check(name, holds, "" if holds else why)


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1).encode()
