"""Tables that people save are read whatever program saved them, and what cannot be read for certain is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.grade.classroom import _listed
from autograder.gradebook.class_list import read_class
from autograder.lms.roster import Roster
from autograder.table import read_table

PEOPLE = "student\tname\textension\nzoë\tZoë Müller-O’Neill\t2\njosé\tJosé Núñez Mª\t1\n"
SAVED = {
    "Unicode text of Excel": PEOPLE.encode("utf-16"),
    "big endian": b"\xfe\xff" + PEOPLE.encode("utf-16-be"),
    "no mark": PEOPLE.encode("utf-16-le"),
    "UTF-32": PEOPLE.encode("utf-32"),
    "Windows": PEOPLE.encode("cp1252"),
    "CSV UTF-8": PEOPLE.replace("\t", ",").encode("utf-8-sig"),
    "semicolons": PEOPLE.replace("\t", ";").encode("cp1252"),
    "sep": b"sep=;\r\n" + PEOPLE.replace("\t", ";").replace("\n", "\r\n").encode("cp1252"),
    "blank lines": b"\n" + PEOPLE.replace("\n", "\n\n").encode(),
}


@pytest.mark.parametrize("saved", SAVED.values(), ids=SAVED)
def test_every_reader_of_people_reads_what_a_spreadsheet_saves(saved: bytes, tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_bytes(saved)
    assert [person.student for person in Roster.read(tmp_path).people] == ["zoë", "josé"]
    assert _listed(tmp_path) == {"zoë", "josé"}
    people = read_class(tmp_path)
    assert (people.extension("1-bptt", "zoë"), people.roster["zoë"]["name"]) == (2.0, "Zoë Müller-O’Neill")


@pytest.mark.parametrize(("encoding", "name"), [("gb18030", "张三"), ("big5", "張三"), ("shift_jis", "山田太郎"),
                                                ("cp1251", "Иванов"), ("cp1250", "Łukasz"), ("mac_roman", "Jürgen"),
                                                ("euc_kr", "김철수"), ("cp1256", "محمد"), ("cp1253", "Νίκος")])
def test_another_encoding_is_refused_and_not_misread(encoding: str, name: str, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_bytes(f"student,name\nada,Ada\nb,{name}\n".encode(encoding))
    for read in (lambda: read_class(tmp_path), lambda: Roster.read(tmp_path), lambda: read_table(file)):
        with pytest.raises(UsageError, match=r"line 3: this is not UTF-8, nor Windows-1252.*Save it as CSV UTF-8.*iconv"):
            read()


def test_western_words_are_no_other_encoding(tmp_path: Path) -> None:
    words = ("Ærøskøbing|Aÿ|Ñandú|Çelik|Ågård|ßtraße|naïve|Œuvre|“quoted”|5 €|x²|20 °C|½|µs|rock’n’roll|d’Été|O’Étoile|a–b|«oui»"
             "|Großmüller|MÜLLER|DÜRÉ")
    file = tmp_path / "x.csv"
    file.write_bytes(("a\n" + "\n".join(words.split("|")) + "\n").encode("cp1252"))
    assert [row[0] for _, row in read_table(file).rows][1:] == words.split("|")


@pytest.mark.parametrize(("data", "said"), [(PEOPLE.encode("utf-16")[:-1], "damaged: it is UTF-16 up to byte"),
                                            (b"PK\x03\x04...", "is a workbook"), (b"\xd0\xcf\x11\xe0\xa1\xb1", "is a workbook")])
def test_what_is_no_text_table_is_said(data: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said):
        read_table(tmp_path / "roster.csv", data)


def test_a_roster_in_another_encoding_is_written_for_a_spreadsheet(tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_bytes(PEOPLE.encode("utf-16"))
    roster = Roster.read(tmp_path)
    roster.changed = True
    roster.write()
    assert (tmp_path / "roster.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert read_class(tmp_path).roster["josé"]["name"] == "José Núñez Mª"
