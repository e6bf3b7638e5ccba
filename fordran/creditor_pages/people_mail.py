"""Letters that follow from roles: an invitation, and word to the other administrators when a role that reaches far changes."""

from __future__ import annotations

from collections.abc import Sequence
from html import unescape

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from fordran.access.mail import send
from fordran.access.models import Invitation, RoleProposal
from fordran.access.people import administrators, name_of
from fordran.creditor_pages.house_access import HouseRequest
from fordran.creditor_pages.people_words import company_word, role_word
from fordran.creditor_pages.words import REACH, t


def roles_in(invitation: Invitation) -> list[SafeString]:
    """What the invitation gives, a line each."""
    found = [t("Kundadministratör")] if invitation.administrator else []
    if invitation.reach:
        role, company = t(REACH[invitation.reach]), company_word(invitation.creditor)
        if invitation.until_on is None:
            found.append(t("{role}, {company}", role=role, company=company))
        else:
            found.append(t("{role}, {company}, till och med {day}", role=role, company=company, day=invitation.until_on))
    return found


def send_invitation(request: HouseRequest, invitation: Invitation, link: str) -> bool:
    """False when no letter left; the administrator is shown the link then."""
    name, organisation = name_of(request.user), request.organisation.name
    lines = [
        t("Hej,"),
        t("{name} bjuder in dig till Fordran för {organisation}, där påminnelser och inkasso sköts. Du får:", name=name,
          organisation=organisation),
        *(f"– {one}" for one in roles_in(invitation)),
        t("Öppna länken för att tacka ja. Den fungerar en gång, till och med {day}:", day=invitation.expires_on),
        link,
        t("Känner du inte till {name}? Då behöver du inte göra något.", name=name),
    ]  # fmt: skip
    return send(invitation.email, _plain(t("Inbjudan från {name}", name=name)), [_plain(line) for line in lines])


def tell_administrators(
    request: HouseRequest, who: User, role: object, company: str, *, given: bool, to: Sequence[User] = ()
) -> None:
    """Everybody else who is Customer Administrator, and the person, hears that a role which reaches far was given or taken."""
    organisation = request.organisation
    name, by = name_of(who), name_of(request.user)
    said = (
        t("{by} har gett {name} rollen {role} ({company}).", by=by, name=name, role=role, company=company) if given
        else t("{by} har tagit bort rollen {role} ({company}) för {name}.", by=by, name=name, role=role, company=company)
    )  # fmt: skip
    more = t("Var det inte meningen? Öppna Nya Admin och ändra rollen, och kontakta {by}.", by=by)
    subject = t("Roll ändrad: {organisation}", organisation=organisation.name)
    told = {user.pk: user for user in (*to, *administrators(organisation), who)}
    for user in told.values():
        if user.pk != request.user.pk:
            send(user.email, _plain(subject), [_plain(said), _plain(more)])


def tell_proposed(request: HttpRequest, proposal: RoleProposal) -> None:
    """The other administrators are asked for the second yes; the person hears that a role waits for it."""
    organisation = proposal.organisation
    by, name, role = name_of(proposal.proposed_by), name_of(proposal.user), role_word(proposal)
    said = t("{by} föreslår att {name} får rollen {role}.", by=by, name=name, role=role)
    more = t("Rollen gäller först när en annan kundadministratör har godkänt den:")
    link = request.build_absolute_uri(reverse("people-proposal", args=[organisation.pk, proposal.pk]))
    subject = t("Roll att godkänna: {organisation}", organisation=organisation.name)
    for user in {user.pk: user for user in (*administrators(organisation), proposal.user)}.values():
        if user != proposal.proposed_by:
            send(user.email, _plain(subject), [_plain(said), _plain(more), link])


def tell_turned_down(request: HouseRequest, proposal: RoleProposal) -> None:
    """Who proposed it hears that another said no."""
    if proposal.verdict == "rejected":
        by, name, role = name_of(request.user), name_of(proposal.user), role_word(proposal)
        subject = t("Roll avslagen: {organisation}", organisation=request.organisation.name)
        said = t("{by} har avslagit ditt förslag att {name} får rollen {role}.", by=by, name=name, role=role)
        send(proposal.proposed_by.email, _plain(subject), [_plain(said)])


def _plain(sentence: object) -> str:
    """A sentence of the pages without its markup, for a letter of plain text."""
    return unescape(str(sentence))
