"""Hjälp: a chapter of the set-up guide as a page of its own, and the list of them."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from fordran.creditor_pages.help_text import CHAPTERS, chapter
from fordran.creditor_pages.house import house_page
from fordran.creditor_pages.words import language


@login_required
@require_GET
def help_page(request: HttpRequest, slug: str = CHAPTERS[0]) -> HttpResponse:
    if slug not in CHAPTERS:
        raise Http404
    every = [chapter(name, language()) for name in CHAPTERS]
    here = CHAPTERS.index(slug)
    following = every[here + 1] if here + 1 < len(every) else None
    return house_page(request, "help.html", chapter=every[here], chapters=every, number=here + 1, following=following)
