"""What a process of auth loads."""

from __future__ import annotations

import subprocess
import sys


def test_a_home_does_not_load_the_cloudant_sdk():
    told = "import sys, auth.app, auth.settings; print([name for name in ('ibmcloudant', 'ibm_cloud_sdk_core') if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert loaded.stdout == "[]\n"
