"""The one settings file, in a home of the test session's own that is removed afterwards."""

import os
import tempfile

HOME_PREFIX = "fordran-test-"

if not os.environ.get("FORDRAN_TEST_HOME"):
    os.environ["FORDRAN_TEST_HOME"] = tempfile.mkdtemp(prefix=f"{HOME_PREFIX}{os.getpid()}-")
os.environ["FORDRAN_HOME"] = os.environ["FORDRAN_TEST_HOME"]
os.environ["FORDRAN_ROLE"] = "batch"
# Playwright's own loop runs in the tests' thread; the tests' queries do not run in it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

from fordran.config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
