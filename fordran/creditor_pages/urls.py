"""Every address of the pages. What belongs to a creditor begins with its organisation number."""

from __future__ import annotations

from django.urls import include, path

from fordran.creditor_pages.views import (
    acts,
    bank_files,
    case,
    cases,
    day,
    invoices,
    law,
    letters,
    next_day,
    overview,
    payments,
    session,
    settings,
    suspense,
)

of_a_creditor = [
    path("", overview.overview, name="overview"),
    path("cases", cases.cases, name="cases"),
    path("cases/<slug:number>", case.case_page, name="case"),
    path("cases/<slug:number>/<slug:act>", acts.act, name="act"),
    path("letters", letters.waiting, name="letters"),
    path("letters/all", letters.archive, name="letters-all"),
    path("letters/approve", letters.approve, name="letters-approve"),
    path("letters/stop", acts.stop_sending, name="stop-sending"),
    path("letters/resume", acts.resume_sending, name="resume-sending"),
    path("letters/<slug:number>", letters.letter, name="letter"),
    path("letters/<slug:number>/page-<int:sheet>.png", letters.picture, name="letter-picture"),
    path("letters/<slug:number>/letter.pdf", letters.paper, name="letter-pdf"),
    path("invoices", invoices.invoices, name="invoices"),
    path("invoices/coming", invoices.coming, name="coming"),
    path("payments", suspense.waiting, name="payments"),
    path("payments/all", payments.every_payment, name="payments-all"),
    path("payments/files", bank_files.files, name="bank-files"),
    path("payments/files/add", bank_files.add, name="bank-file-add"),
    path("payments/files/none", bank_files.none_today, name="bank-file-none"),
    path("payments/files/practice.txt", bank_files.practice, name="practice-file"),
    path("payments/files/<int:file_id>", bank_files.one_file, name="bank-file"),
    path("payments/<int:payment_id>", payments.payment_page, name="payment"),
    path("payments/<int:payment_id>/match", suspense.match, name="payment-match"),
    path("payments/<int:payment_id>/refund", suspense.refund, name="payment-refund"),
    path("payments/<int:payment_id>/unmatch", suspense.unmatch, name="payment-unmatch"),
    path("payments/<int:payment_id>/entry", suspense.entry, name="payment-entry"),
    path("payments/<int:payment_id>/set-off", suspense.set_off, name="payment-set-off"),
    path("settings/creditor", settings.creditor, name="creditor"),
    path("settings/import-filter", settings.import_filter, name="import-filter"),
    path("settings/customers", settings.customer_settings, name="customer-settings"),
    path("settings/classes", settings.class_settings, name="class-settings"),
    path("settings/exclusions", settings.exclusions, name="exclusions"),
    path("settings/exclusions/add", settings.exclusion_add, name="exclusion-add"),
    path("settings/exclusions/<int:exclusion_id>/lift", settings.exclusion_lift, name="exclusion-lift"),
    path("law", law.book, name="law"),
    path("day/<slug:on>", day.day, name="day"),
    path("next-day", next_day.next_day, name="next-day"),
    path("next-day/progress", next_day.progress, name="next-day-progress"),
]

urlpatterns = [
    path("", session.home, name="home"),
    path("companies", session.companies, name="companies"),
    path("sign-in", session.sign_in, name="sign-in"),
    path("sign-out", session.sign_out, name="sign-out"),
    path("demo", session.demo, name="demo"),
    path("language", session.choose_language, name="choose-language"),
    path("theme", session.choose_theme, name="choose-theme"),
    path("<slug:organisation_number>/", include(of_a_creditor)),
]
