"""Linux: manylinux, musllinux and bare ``linux_*`` tags. This front holds what every start on Linux needs."""
