"""The whole sandbox: several companies with their markets, one bank, one clock."""

from fordran.sandbox.world.companies import COMPANIES, EVERY_COMPANY, NEWCOMERS, Company
from fordran.sandbox.world.world import World

__all__ = ["COMPANIES", "EVERY_COMPANY", "NEWCOMERS", "Company", "World"]
