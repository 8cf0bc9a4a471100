"""The form of an idempotency key."""

import re

LONGEST_KEY = 80
KEY = re.compile(r"[\x21-\x7e]{1,80}")
