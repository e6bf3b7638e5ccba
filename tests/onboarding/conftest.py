from tests.onboarding.subscription import office, subscription

__all__ = ["office", "subscription"]
