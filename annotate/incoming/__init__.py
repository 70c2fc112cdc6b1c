"""What is about to enter the corpus: prompts and tasks as values, with their identities worked out,
and a process of its own that reads them from a file.

Pure: knows formats and digests, not the database.
"""

from annotate.incoming.process import ReadingFailed, batches
from annotate.incoming.values import (
    Batch,
    FromFile,
    Messages,
    NewPrompt,
    NewResponse,
    NewTask,
    PolicyName,
    new_prompt,
    new_response,
)

__all__ = [
    "Batch",
    "FromFile",
    "Messages",
    "NewPrompt",
    "NewResponse",
    "NewTask",
    "PolicyName",
    "ReadingFailed",
    "batches",
    "new_prompt",
    "new_response",
]
