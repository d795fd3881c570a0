FROM python:3.13-slim

WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY emulator emulator
COPY fixtures fixtures
RUN pip install --no-cache-dir -c constraints.txt . \
    && rm -rf /src \
    && useradd --create-home emulator

USER emulator
WORKDIR /home/emulator
ENV REACHAPI_EMULATOR_HOST=0.0.0.0 \
    REACHAPI_EMULATOR_URL_FILE=/tmp/reachapi-emulator.url \
    PYTHONUNBUFFERED=1
EXPOSE 9010 9443
HEALTHCHECK --interval=5s --timeout=3s --start-period=5s --retries=3 CMD \
    ["reachapi-emulator", "health"]
ENTRYPOINT ["reachapi-emulator"]
