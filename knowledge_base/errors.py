"""Errors of the knowledge base."""


class KnowledgeBaseError(Exception):
    """Root of everything `knowledge_base` raises on purpose."""


class NotReady(KnowledgeBaseError):  # noqa: N818 - reads as what it is: the base is not ready yet
    """No base is loaded yet; trying again later may help."""


class FolderError(KnowledgeBaseError):
    """A folder of articles cannot be used; the message names the file and line of the first fault."""


class ArtefactError(KnowledgeBaseError):
    """Stored bytes are not a base, are of another format, or were made with another model."""


class StoreError(KnowledgeBaseError):
    """The store of published bases cannot be reached, or has no such version."""


class CasesError(KnowledgeBaseError):
    """A file of evaluation cases cannot be read; the message names the line."""
