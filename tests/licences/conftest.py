"""A town whose departments feed it licences."""

from tests.departments.conftest import town

__all__ = ["town"]
