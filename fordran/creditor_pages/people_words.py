"""What a role is called, and what is said when one cannot be given or taken."""

from __future__ import annotations

from fordran.access import invitations, people, proposals
from fordran.access.models import RoleProposal
from fordran.core.problems import Refused
from fordran.creditor_pages.words import REACH, t
from fordran.creditors.models import Creditor

PROBLEMS = {
    people.NOT_YOURS: "Du är inte längre kundadministratör här. Inget har ändrats.",
    people.ELSEWHERE: "Välj ett företag, eller alla.",
    people.TOLD_ELSEWHERE: "Rollen kommer med inloggningen från ert eget system och ändras där.",
    people.OVER_ALREADY: "Dagen har redan varit. Skriv en dag som ligger framåt, eller lämna fältet tomt.",
    people.OWN: "Du kan inte höja din egen roll. Be en annan kundadministratör att göra det.",
    people.LAST: "Någon måste vara kundadministratör. Gör först en kollega till det.",
    people.SECOND: "Du tog bort en kundadministratör för mindre än ett dygn sedan. Höj din egen roll när dygnet har gått.",
    proposals.NOT_WAITING: "Förslaget väntar inte längre. Någon har redan svarat på det, eller så är det för gammalt.",
    proposals.OWN_PROPOSAL: "Du har föreslagit rollen. En annan kundadministratör godkänner den.",
    proposals.FOR_YOU: "Rollen är till dig. En annan kundadministratör godkänner den.",
    people.NO_ROLE: "Den rollen finns inte längre.",
    invitations.NO_EMAIL: "Skriv e-postadressen, till exempel anna@foretaget.se.",
    invitations.NO_ROLE: "Välj vad personen får göra.",
    invitations.ALREADY_ASKED: "Personen är redan inbjuden och har inte svarat. Dra tillbaka den inbjudan först.",
    invitations.ALREADY_THERE: "Personen har redan en roll här. Ändra den i listan i stället.",
    invitations.NOT_OPEN: "Inbjudan är redan använd eller tillbakadragen.",
    invitations.NAME_TAKEN: "Namnet är upptaget. Välj ett annat.",
    invitations.NAME_IS_ADDRESS: "Välj din egen e-postadress, eller ett namn utan @.",
    invitations.NO_NAME: "Skriv ditt namn.",
}
"""What the rooms refuse -> the sentence of the pages."""


def told_problems(refused: Refused) -> list[tuple[str, str]]:
    """Field and sentence of each, in the visitor's language. What Django says of names and passwords is translated already."""
    return [
        (problem.field, str(t(PROBLEMS[problem.message])) if problem.message in PROBLEMS else problem.message)
        for problem in refused.problems
    ]


def company_word(creditor: Creditor | None) -> str:
    return creditor.name if creditor else str(t("alla företag"))


def role_word(proposal: RoleProposal) -> str:
    """What is proposed, and where."""
    if proposal.administrator:
        return str(t("Kundadministratör"))
    role, company = t(REACH[proposal.reach]), company_word(proposal.creditor)
    if proposal.until_on is None:
        return str(t("{role}, {company}", role=role, company=company))
    return str(t("{role}, {company}, till och med {day}", role=role, company=company, day=proposal.until_on))
