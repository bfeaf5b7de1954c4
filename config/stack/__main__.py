"""`python -m config.stack clean`: forget all that a stack wrote. Needs no package: works on a bare clone."""

import shutil
import sys

from config.stack import place
from config.stack.stack import default_var_dir


def clean() -> int:
    var_dir = default_var_dir()
    lock = place.Lock(var_dir / "stack.lock")
    if var_dir.exists() and not lock.take():
        print(f"{var_dir} is being served by process {lock.holder()}; stop that first.", file=sys.stderr)
        return 1
    place.remove(var_dir / "postgres")
    shutil.rmtree(var_dir, ignore_errors=True)
    return 0


if __name__ == "__main__":
    if sys.argv[1:] != ["clean"]:
        sys.exit("usage: python -m config.stack clean")
    sys.exit(clean())
