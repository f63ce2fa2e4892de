# Two stages: the wheels are installed where there is a compiler's room, and only their result goes on.
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/suishenban
COPY requirements requirements
RUN /opt/suishenban/bin/pip install --no-cache-dir --no-deps --require-hashes --requirement requirements/build.txt \
    && /opt/suishenban/bin/pip install --no-cache-dir --no-deps --require-hashes --no-build-isolation --use-pep517 \
        --requirement requirements/runtime.txt
COPY pyproject.toml README.md LICENSE ./
COPY backend backend
COPY notifications notifications
COPY pwa pwa
RUN /opt/suishenban/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    && /opt/suishenban/bin/pip uninstall --yes setuptools pip

FROM python:3.13-slim
RUN useradd --create-home --uid 10001 suishenban && install -d -o suishenban /data
COPY --from=build /opt/suishenban /opt/suishenban
ENV PATH=/opt/suishenban/bin:$PATH PYTHONUNBUFFERED=1
USER suishenban
WORKDIR /data
VOLUME /data
EXPOSE 8000 8001 8002 8003 8004
HEALTHCHECK --interval=15s --timeout=3s --start-period=60s \
    CMD python -c "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"
# A whole hall in one container; a cluster runs `suishenban web` and `suishenban worker` on servers of its own instead.
CMD ["suishenban", "up", "--host", "0.0.0.0", "--data", "/data", "--no-demo"]
