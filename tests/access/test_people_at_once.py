"""Two administrators at the same moment."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

from fordran.core.problems import Refused
from tests.access.conftest import TODAY, a_person
from tests.conftest import Scratch


def test_two_who_remove_each_other_at_once_leave_one(scratch_database: Scratch) -> None:
    from django.db import connection, transaction

    from fordran.access.people import administrators, make_administrator, remove_administrator
    from fordran.creditors.models import Organisation

    organisation = Organisation.objects.create(name="Granholms", created_on=TODAY)
    pair = [a_person("maria"), a_person("johan")]
    for user in pair:
        make_administrator(organisation, user, by="command line", today=TODAY)
    together, told = Barrier(2), list[str]()

    def remove(who: Any, by: Any) -> None:
        try:
            with transaction.atomic():
                together.wait(10)
                remove_administrator(organisation, who, by=by, today=TODAY)
                told.append("removed")
        except Refused as refused:
            told.append(str(refused))
        finally:
            connection.close()

    threads = [Thread(target=remove, args=pair), Thread(target=remove, args=pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(told)[1] == "removed" and len(told) == 2 and len(administrators(organisation)) == 1
