"""Tells, inside an image, what an algorithm requires of its Python, and which wheels that Python takes.

    python image_probe.py PYPROJECT ENGINE

Answers with the line of requirements.py, which lies beside this file, and with `executable`, `version` and `platforms`.
"""

import json
import sys

import requirements


def main(pyproject, engine):
    """Returns the object to answer with."""
    answer = requirements.answer(pyproject, engine)
    tags = requirements.library("packaging.tags", "pip._vendor.packaging.tags")
    answer["executable"] = sys.executable
    answer["version"] = "%d.%d" % sys.version_info[:2]
    answer["platforms"] = list(tags.platform_tags())
    return answer


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])) + "\n")
