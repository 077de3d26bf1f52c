"""Lists the requirements that the Python of this container does not meet, and the platforms of wheels that it accepts.

    python image_probe.py PYPROJECT ENGINE

Writes the JSON of requirements.py, which is in the same directory, with `executable`, `version` and `platforms` added.
"""

import json
import sys

import requirements


def main(pyproject, engine):
    """Returns the object to write."""
    result = requirements.answer(pyproject, engine)
    tags = requirements.library("packaging.tags", "pip._vendor.packaging.tags")
    result["executable"] = sys.executable
    result["version"] = "%d.%d" % sys.version_info[:2]
    result["platforms"] = list(tags.platform_tags())
    return result


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])) + "\n")
