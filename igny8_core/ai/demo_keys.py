"""The keys of the demo: distinct, and keys of nothing. Only the sandbox provider gets them."""

from typing import Final

DEMO_KEYS: Final = {"openai": "sk-demo-openai-4f1d0c9be7", "runware": "rw-demo-runware-a83e52d716"}
