"""BankID's XML signature, read strictly: one shape, each part at its place, nothing else.

The shape is that of a genuine signature (BankID/SampleCode): Signature with SignedInfo, SignatureValue, KeyInfo (the person's
certificate, the bank's two) and Object with bankIdSignedData. What else is there is refused: a verifier that looks for its
parts by name can be shown one part and read another.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from dataclasses import dataclass
from typing import Any, TypeAlias

from cryptography import x509
from lxml import etree

DSIG = "{http://www.w3.org/2000/09/xmldsig#}"
TYPES = "http://www.bankid.com/signature/v1.0.0/types"
BANKID = f"{{{TYPES}}}"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
DATA, KEYS = "#bidSignedData", "#bidKeyInfo"
LARGEST = 2 * 1024 * 1024

Element: TypeAlias = Any
"""lxml brings no types."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature says, none of it believed yet. `told` are the digests it gives, `found` those of what is there."""

    signed_info: bytes  # canonical: what `value` is the signature of
    value: bytes
    told: dict[str, bytes]
    found: dict[str, bytes]
    certificates: tuple[x509.Certificate, ...]  # the person's, the bank's customer CA, the bank's CA
    text: bytes
    text_shown_as: tuple[str, str]  # charset, visible
    hidden: bytes
    function: str
    party: str


def read(document: bytes) -> Signed:
    """Raises ValueError with a sentence when it is not of the one shape."""
    if len(document) > LARGEST:
        raise ValueError("the signature is too large")
    root = _parse(document)
    info, value, keys, holder = _children(root, f"{DSIG}Signature", "SignedInfo", "SignatureValue", "KeyInfo", "Object")
    if len(holder) != 1 or holder[0].tag != f"{BANKID}bankIdSignedData":
        raise ValueError("there is no BankID data where it belongs")
    data = holder[0]
    identifiers = [(one, name, text) for one in root.iter() for name, text in one.attrib.items() if name.lower().endswith("id")]
    wanted = [(keys, "Id", KEYS[1:]), (data, "Id", DATA[1:])]
    if identifiers != wanted:
        raise ValueError("the parts that are signed are not named as they must be")
    certificates = _certificates(keys)
    text, hidden = data.find(f"{BANKID}usrVisibleData"), data.find(f"{BANKID}usrNonVisibleData")
    return Signed(
        signed_info=_canonical(info),
        value=_decoded(value),
        told=_references(info),
        found={DATA: hashlib.sha256(_canonical(data)).digest(), KEYS: hashlib.sha256(_canonical(keys)).digest()},
        certificates=certificates,
        text=_decoded(text) if text is not None else b"",
        text_shown_as=(text.get("charset", ""), text.get("visible", "")) if text is not None else ("", ""),
        hidden=_decoded(hidden) if hidden is not None else b"",
        function=_one(data, "clientInfo/funcId").text or "",
        party=_decoded(_one(data, "srvInfo/name")).decode("utf-8"),
    )


def _parse(document: bytes) -> Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_blank_text=False)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("the signature is not XML") from error
    if root.getroottree().docinfo.doctype or any(not isinstance(one.tag, str) for one in root.iter()):
        raise ValueError("the signature holds a document type, a comment or an instruction")
    if root.getprevious() is not None or root.getnext() is not None:
        raise ValueError("there is something beside the signature")
    data = root.find(f"{DSIG}Object/{BANKID}bankIdSignedData")
    names = [one.tag for one in data] if data is not None else []
    if len(names) != len(set(names)):
        raise ValueError("the BankID data hold something twice")
    return root


def _children(parent: Element, tag: str, *names: str) -> list[Element]:
    if parent.tag != tag or [one.tag for one in parent] != [f"{DSIG}{name}" for name in names]:
        raise ValueError(f"{tag.rpartition('}')[2]} does not hold {', '.join(names)}")
    return list(parent)


def _references(info: Element) -> dict[str, bytes]:
    """The two digests. Each algorithm must be the one that BankID uses: what is weaker, or cleverer, is not for us to try."""
    method, signature, *references = _children(
        info, f"{DSIG}SignedInfo", "CanonicalizationMethod", "SignatureMethod", "Reference", "Reference"
    )
    if method.get("Algorithm") != C14N or signature.get("Algorithm") != RSA_SHA256 or len(method) or len(signature):
        raise ValueError("the signature is made in another way than BankID's")
    told = {}
    for reference in references:
        transforms, digest_method, digest = _children(reference, f"{DSIG}Reference", "Transforms", "DigestMethod", "DigestValue")
        (transform,) = _children(transforms, f"{DSIG}Transforms", "Transform")
        if transform.get("Algorithm") != C14N or len(transform) or digest_method.get("Algorithm") != SHA256:
            raise ValueError("a digest is made in another way than BankID's")
        told[reference.get("URI", "")] = _decoded(digest)
        if reference.get("URI") == DATA and reference.get("Type") != TYPES:
            raise ValueError("the data are of another kind than BankID's")
    if list(told) != [DATA, KEYS]:
        raise ValueError("the signature is not of the data and the certificates")
    return told


def _certificates(keys: Element) -> tuple[x509.Certificate, ...]:
    (holder,) = _children(keys, f"{DSIG}KeyInfo", "X509Data")
    written = _children(holder, f"{DSIG}X509Data", "X509Certificate", "X509Certificate", "X509Certificate")
    return tuple(x509.load_der_x509_certificate(_decoded(one)) for one in written)


def _one(data: Element, path: str) -> Element:
    found = data.findall("/".join(f"{BANKID}{step}" for step in path.split("/")))
    if len(found) != 1 or len(found[0]):
        raise ValueError(f"the BankID data do not hold one {path}")
    return found[0]


def _decoded(element: Element) -> bytes:
    if len(element):
        raise ValueError("there is something inside a text")
    return b64decode("".join((element.text or "").split()), validate=True)


def _canonical(element: Element) -> bytes:
    """C14N 1.0 without comments. The element is written alone and read again first: libxml2 canonicalises a part of a document
    with an `xmlns=""` that is not there, and the digest of a genuine signature is then another (docs/adr/0281)."""
    alone = etree.fromstring(etree.tostring(element, with_tail=False))
    canonical: bytes = etree.tostring(alone, method="c14n", exclusive=False, with_comments=False)
    return canonical
