#!/usr/bin/env bash
# What a deployment of a stage would change: scripts/diff.sh STAGE [VALUES]. Without AWS credentials nobody knows what is
# deployed; then it lists what a first deployment would create.
set -euo pipefail
cd "$(dirname "$0")/.."

stage=$1
values=${2:-}
[ -z "$values" ] || [ -f "$values" ] || { echo "error: there is no file $values of values for the stage $stage" >&2; exit 1; }

has_credentials() {
    .venv/bin/python -c 'import boto3, sys; sys.exit(boto3.Session().get_credentials() is None)'
}

if [ "$stage" = local ]; then
    echo "The stage local is deployed by make up, which says itself whether anything changed."
elif [ -n "${AWS_ENDPOINT_URL:-}" ]; then
    echo "error: AWS_ENDPOINT_URL leads this shell to $AWS_ENDPOINT_URL and not to AWS: open another" >&2
    exit 1
elif has_credentials; then
    scripts/synth.sh "$stage" ${values:+"$values"} >&2
    node_modules/.bin/cdk diff --all --app "cdk.out/$stage" --no-notices
else
    scripts/synth.sh "$stage" ${values:+"$values"}
    .venv/bin/python -m cdk_app.first_deployment "cdk.out/$stage"
    echo "No AWS credentials here (AWS_PROFILE, AWS_ACCESS_KEY_ID): this is the first deployment into an empty account."
    echo "With credentials, make diff STAGE=$stage compares with what is deployed there."
fi
