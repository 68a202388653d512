"""What the tests of collecting share: downloads packed as an LMS does, and what came of them."""

import zipfile

from tests.classroom import contents


def archive(path, files, **more):
    """A zip of names and texts; `more` are ZipInfo objects with their data."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in files.items():
            bundle.writestr(name, data)
        for info, data in more.get("special", []):
            bundle.writestr(info, data)
    return path


def handed_in(course):
    """What lies in submitted/, the kit's own notes aside."""
    return {name: data.decode() for name, data in contents(course / "submitted").items() if not name.startswith(".")}
