"""What all tests share: every pass is verified, and every first call checks itself."""

import os

os.environ.setdefault("S2SAD_VERIFY", "1")
os.environ.setdefault("S2SAD_CHECK", "1")

from s2sad.rules import families

families.load_all()
