#!/usr/bin/env bash
# The templates of a stage into cdk.out/STAGE: scripts/synth.sh STAGE [VALUES]. What the CDK command says about itself is left out.
set -euo pipefail
cd "$(dirname "$0")/.."

stage=$1
values=${2:-}
[ -z "$values" ] || [ -f "$values" ] || { echo "error: there is no file $values of values for the stage $stage" >&2; exit 1; }
said=$(mktemp)
trap 'rm -f "$said"' EXIT

synthesize() {
    node_modules/.bin/cdk synth --quiet -c stage="$stage" ${values:+-c values="$values"} --output "cdk.out/$stage" --no-notices >"$said" 2>&1
}

ended=0
. scripts/watch.sh
watched "Synthesizing the stage $stage" synthesize || ended=$?
grep -v -E '^(Successfully synthesized|Supply a stack id|[0-9]+ feature flags|$)' "$said" >&2 || true
[ "$ended" = 0 ] || exit "$ended"
echo "Templates of the stage $stage: cdk.out/$stage ($(find "cdk.out/$stage" -name '*.template.json' | wc -l) stacks)"
