#!/usr/bin/env bash
# Writes the hashed pins of every purpose from pyproject.toml: all of it first, then each part held to the same versions.
# Without arguments the pins that are there stay where they still fit; `--upgrade` takes the newest.
set -euo pipefail
cd "$(dirname "$0")/.."
eval "$(.venv/bin/python cdk_app/uv_environment.py)"

compile() {
    local target=$1
    shift
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-header --output-file "requirements/$target.txt" pyproject.toml "$@"
    echo "requirements/$target.txt: $(grep -c '==' "requirements/$target.txt") packages"
}

compile dev --extra workers --extra infra --extra local --extra dev "$@"
compile handlers -c requirements/dev.txt
compile workers --extra workers -c requirements/dev.txt
compile infra --extra infra -c requirements/dev.txt

# The judges of templates stand apart: checkov pins its own versions of what the product uses too. So do the peers and compilers.
for apart in node scan peers returns-peers security-peers vyper vyper-former; do
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-header --output-file "requirements/$apart.txt" "requirements/$apart.in" "$@"
    echo "requirements/$apart.txt: $(grep -c '==' "requirements/$apart.txt") packages"
done
