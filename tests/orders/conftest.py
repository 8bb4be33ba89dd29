"""The companies of the pipeline's tests serve here, too."""

from tests.pipeline.conftest import company_of

__all__ = ["company_of"]
