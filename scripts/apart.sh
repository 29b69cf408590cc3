#!/usr/bin/env bash
# Makes .venv/<name> from requirements/<name>.txt: programs that must not share the product's packages, such as the
# libraries that ours is compared with (peers) and compilers of Vyper; instant when it is there.
set -euo pipefail
cd "$(dirname "$0")/.."

name=${1:?which environment: a file of requirements}
environment=.venv/$name
wanted=$(sha256sum "requirements/$name.txt" | cut -d' ' -f1)
exec 9>".venv/.$name.lock"
flock 9
if [ "$(cat "$environment/.installed" 2>/dev/null)" != "$wanted" ]; then
    eval "$(.venv/bin/python cdk_app/uv_environment.py)"
    .venv/bin/uv venv --quiet --clear --python .venv/bin/python "$environment"
    .venv/bin/uv pip sync --quiet --python "$environment/bin/python" --require-hashes "requirements/$name.txt"
    echo "$wanted" >"$environment/.installed"
fi
