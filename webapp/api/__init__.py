"""The REST API `/api/v1`: what a clerk can do at the desk, for programs. Its document is at `/api/v1/openapi.json`.

Every view asks the same Bureau as the desk does; who may do what is decided there. Here are tokens and scopes
(`access`), refusals (`problems`), shapes (`schemas`), the document (`document`) and the routes by subject.
"""

from webapp.api.installation import install

__all__ = ["install"]
