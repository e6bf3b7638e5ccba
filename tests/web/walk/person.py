"""A person at a browser: reads the pages in one language, presses what they see, and does it with the keyboard or the mouse."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from fordran.creditor_pages.words import english

WIDTHS = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
LOCALES = {"sv": "sv-SE", "en": "en-GB"}
PATIENCE_MS = 30_000


class Person:
    """`keys`: everything is done with the keyboard. `pictures`: the folder that what is seen is kept in."""

    def __init__(self, browser: Any, address: str, language: str, pictures: Path, *, keys: bool = False) -> None:
        self.address, self.language, self.pictures, self.keys = address, language, pictures, keys
        self.context = browser.new_context(locale=LOCALES[language], viewport=WIDTHS["desk"], reduced_motion="reduce")
        self.context.set_default_timeout(PATIENCE_MS)
        self.page = self.context.new_page()
        self.seen: list[str] = []
        self.complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: Any) -> None:
        """Script, styles and the policy of content are silent; a page that was refused is not a fault of theirs."""
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def close(self) -> None:
        self.context.close()

    # ---- reading ---------------------------------------------------------------------------------------------------

    def say(self, swedish: str, **values: object) -> str:
        """The words of the pages in this person's language."""
        words = swedish if self.language == "sv" else english().get(swedish, swedish)
        return words.format(**values) if values else words

    def reads(self, swedish: str, **values: object) -> None:
        """The words stand on the page, and are seen."""
        self.page.locator("body").get_by_text(self.say(swedish, **values)).locator("visible=true").first.wait_for()

    def heading(self, swedish: str, **values: object) -> None:
        """This page it is, whole."""
        said = self.say(swedish, **values)
        self.page.get_by_role("heading", level=1).filter(has_text=_shy(said)).first.wait_for()
        self.page.wait_for_load_state()
        self._look()

    def _look(self) -> None:
        self.seen.append(self.page.inner_text("body").replace("\u00ad", ""))

    def picture(self, name: str) -> None:
        """As a desk and as a telephone show it, from the top."""
        self._look()
        for width, size in WIDTHS.items():
            self.page.set_viewport_size(size)
            self.page.evaluate("window.scrollTo(0, 0)")
            self.page.screenshot(path=self.pictures / f"{name}-{width}.png")
        self.page.set_viewport_size(WIDTHS["desk"])

    # ---- doing -----------------------------------------------------------------------------------------------------

    def at(self, rest: str) -> None:
        self.page.goto(f"{self.address}{rest}")

    def press(self, swedish: str, *, role: str = "", within: str = "", **values: object) -> None:
        """The button or link with these words; `within` a part of the page."""
        where = self.page.locator(within or "body")
        said = _whole(self.say(swedish, **values))
        found = [where.get_by_role(one, name=said) for one in ([role] if role else ["button", "link"])]
        one = found[0] if len(found) == 1 else found[0].or_(found[1])
        self._use(one.locator("visible=true").first, "Enter")

    def tick(self, swedish: str, **values: object) -> None:
        """A box, a choice or a switch with these words."""
        said = self.say(swedish, **values)
        found = self.page.get_by_label(said, exact=True).or_(self.page.get_by_label(re.compile(rf"^\s*{re.escape(said)}")))
        box = found.locator("visible=true").first
        if self.keys:
            self._use(box, "Space")
        else:  # on its words: of a switch, the box itself lies beneath what is drawn
            self.page.locator(f'label[for="{box.get_attribute("id")}"]').click()

    def write(self, swedish: str, text: str, *, within: str = "") -> None:
        """Into the field with this label, in place of what stands there."""
        field = self.page.locator(within or "body").get_by_label(self.say(swedish), exact=True).locator("visible=true").first
        if not self.keys:
            field.fill(text)
            return
        field.focus()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text) if text else self.page.keyboard.press("Delete")

    def _use(self, one: Any, key: str) -> None:
        if self.keys:
            one.focus()
            self.page.keyboard.press(key)
        else:
            one.click()

    # ---- other systems ---------------------------------------------------------------------------------------------

    def sign_in_with_visma(self, name: str) -> None:
        self.press("Logga in med {name}", name="Visma")
        self.page.wait_for_url("**/connect/authorize**")
        self._use(self.page.get_by_role("link", name=name), "Enter")
        self.page.wait_for_url(re.compile(re.escape(self.address)))

    def on_the_phone(self, *taps: str) -> None:
        """The telephone that is played, in a tab of its own: read the code on the screen, say who it is, sign."""
        with self.context.expect_page() as opened:
            self.press("Övning: öppna låtsastelefonen i en ny flik")
        phone = opened.value
        for tap in taps or ("Underskrift hos", "Fortsätt", "Skriv under"):
            if tap == "Skriv under":
                phone.fill("#code", "123456")
            phone.get_by_role("button", name=re.compile(f"^{tap}")).first.click()
            phone.wait_for_load_state()
        phone.close()

    def choose(self, words: str) -> None:
        """The first of what a field offers while one types in it."""
        field = self.page.get_by_role("combobox")
        field.focus()
        self.page.keyboard.type(words)
        self.page.get_by_role("option").first.wait_for()
        if self.keys:
            self.page.keyboard.press("ArrowDown")
            self.page.keyboard.press("Enter")
        else:
            self.page.get_by_role("option").first.click()


def _whole(words: str) -> re.Pattern[str]:
    """Words as they may be broken, alone, with a number before them, or with what only a screen reader hears after them."""
    return re.compile(rf"^\s*(?:\d+\s*)?{_loose(words)}(?:\s|,|$)")


def _shy(words: str) -> re.Pattern[str]:
    return re.compile(_loose(words))


def _loose(words: str) -> str:
    """A soft hyphen may stand anywhere in a word."""
    return "\u00ad?".join(re.escape(one) for one in words.replace("&shy;", "").replace("\u00ad", ""))
