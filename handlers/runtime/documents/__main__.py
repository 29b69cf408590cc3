"""Print the OpenAPI document as it is packed: `python -m handlers.runtime.documents`."""

import sys

from handlers.runtime.documents.reference import made

sys.stdout.write(made())
