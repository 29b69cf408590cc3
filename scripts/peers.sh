#!/usr/bin/env bash
# Makes .venv/peers, where libraries stand that ours is compared with in tests and benchmarks; instant when it is there.
set -euo pipefail
cd "$(dirname "$0")/.."

environment=.venv/peers
wanted=$(sha256sum requirements/peers.txt | cut -d' ' -f1)
exec 9>.venv/.peers.lock
flock 9
if [ "$(cat "$environment/.installed" 2>/dev/null)" != "$wanted" ]; then
    eval "$(.venv/bin/python cdk_app/uv_environment.py)"
    .venv/bin/uv venv --quiet --clear --python .venv/bin/python "$environment"
    .venv/bin/uv pip sync --quiet --python "$environment/bin/python" --require-hashes requirements/peers.txt
    echo "$wanted" >"$environment/.installed"
fi
