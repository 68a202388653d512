# The kit with everything `make demo`, `make test` and `make grade` need. The sandbox needs user namespaces inside the container:
#   docker build -t vanishing-gradients .
#   docker run --rm -it --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined \
#       -v "$PWD/course:/course" vanishing-gradients make grade COURSE=/course
FROM python:3.12-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends bubblewrap chromium git make \
    && rm -rf /var/lib/apt/lists/*
# An ordinary user: bubblewrap started as root is not a sandbox of its own.
RUN useradd --create-home grader
WORKDIR /kit
RUN chown grader /kit
USER grader
COPY --chown=grader pyproject.toml constraints.txt Makefile README.md /kit/
COPY --chown=grader autograder/__init__.py autograder/environment.py /kit/autograder/
RUN make environment
COPY --chown=grader . /kit
CMD ["make", "demo"]
