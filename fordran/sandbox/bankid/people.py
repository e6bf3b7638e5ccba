"""Test people. Their numbers have the birth numbers that are kept for tests: nobody has them."""

from __future__ import annotations

from dataclasses import dataclass

from fordran.sandbox.numbers import with_check_digit


@dataclass(frozen=True, slots=True)
class TestPerson:
    __test__ = False
    number: str  # 12 digits
    given_name: str
    surname: str

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.surname}"


def _person(born: str, birth_number: str, given_name: str, surname: str) -> TestPerson:
    return TestPerson(born[:2] + with_check_digit(born[2:] + birth_number), given_name, surname)


PEOPLE = {
    one.number: one
    for one in (
        _person("19710412", "980", "Astrid", "Provlund"),
        _person("19840917", "981", "Björn", "Testberg"),
        _person("19620203", "982", "Cecilia", "Övningsson"),
        _person("19951128", "983", "Dawit", "Exempelsson"),
    )
}
