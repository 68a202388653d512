"""Template of the CodeRunner question @stage@: a combinator template grader. Its support file is kit.zip."""
import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

answer = """{{ STUDENT_ANSWER | e('py') }}"""
attachments = """{{ ATTACHMENTS | e('py') }}"""

here = pathlib.Path.cwd()
kit, submission, results = here / "kit", here / "handed-in", here / "results.json"
zipfile.ZipFile("kit.zip").extractall(kit)
submission.mkdir()
(submission / "@file@").write_text(answer, encoding="utf-8")
for name in filter(None, map(str.strip, attachments.split(","))):
    shutil.copy(here / pathlib.Path(name).name, submission)
done = subprocess.run([sys.executable, "-m", "autograder.lms.platforms", "coderunner", "@stage@", submission, results], cwd=kit,
                      env=dict(os.environ, PYTHONPATH=str(kit)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
if done.returncode:  # no mark: CodeRunner says that the question is broken, and takes nothing off
    sys.exit("The grader failed; this is not your fault. Tell your teacher.\n" + done.stdout[-2000:])
print(results.read_text(encoding="utf-8"))
