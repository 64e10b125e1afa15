# phresh as a program in a terminal, for docker-compose.yml. The first stage builds, the second one only runs.

FROM python:3.13.9-slim-trixie AS build
WORKDIR /build
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY db/migrations db/migrations
COPY phresh_tui phresh_tui
# the constraints hold for the build's own tools too
ENV PIP_CONSTRAINT=/build/constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/phresh && /opt/phresh/bin/python -m pip install .

FROM python:3.13.9-slim-trixie
# mounted volumes take over the owner of the folder that they are mounted on
RUN useradd --create-home --uid 1000 phresh && install -d -o phresh -g phresh /home/phresh/.local /home/phresh/.local/state
COPY --from=build /opt/phresh /opt/phresh
ENV PATH=/opt/phresh/bin:$PATH LANG=C.UTF-8
USER phresh
WORKDIR /home/phresh
ENTRYPOINT ["phresh"]
