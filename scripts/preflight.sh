#!/usr/bin/env bash
# What an account lacks for a stage: scripts/preflight.sh STAGE [VALUES]. Its exit code: 1 something is missing, 3 unknown.
set -euo pipefail
cd "$(dirname "$0")/.."

. scripts/watch.sh
watched "Asking AWS what the account has for $1" .venv/bin/python -m cdk_app.account.preflight "$1" ${2:+--values "$2"}
