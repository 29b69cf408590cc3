"""The application that `cdk` runs."""

import os

# Node 20 is supported here as well; jsii would print a banner of ten lines before every command's own output.
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
