#!/usr/bin/env bash
# cfn-lint and checkov over the templates of all stages; what they may object to stands in .cfnlintrc and .checkov.yaml.
# They live in .venv/scan: checkov pins versions of its own. Nothing of theirs runs in the product.
set -euo pipefail
cd "$(dirname "$0")/.."

environment=.venv/scan
wanted=$(sha256sum requirements/scan.txt | cut -d' ' -f1)
if [ "$(cat "$environment/.installed" 2>/dev/null)" != "$wanted" ]; then
    eval "$(.venv/bin/python cdk_app/uv_environment.py)"
    .venv/bin/uv venv --quiet --clear --python .venv/bin/python "$environment"
    .venv/bin/uv pip sync --quiet --python "$environment/bin/python" --require-hashes requirements/scan.txt
    echo "$wanted" >"$environment/.installed"
fi

scripts/synth.sh all
templates=$(mktemp -d)
said=$(mktemp)
trap 'rm -rf "$templates" "$said"' EXIT
cp cdk.out/all/premium-*.template.json "$templates"
# One on each core. LOG_LEVEL: checkov warns of every module it cannot fetch, and it is to fetch none
LOG_LEVEL=ERROR "$environment/bin/checkov" --config-file .checkov.yaml --directory "$templates" --skip-download >"$said" 2>&1 &
checkov=$!
failed=0
printf '%s\n' "$templates"/*.template.json | xargs -n 26 -P 2 "$environment/bin/cfn-lint" --config-file .cfnlintrc || failed=1
wait "$checkov" || { failed=1; cat "$said"; }
[ "$failed" = 0 ] || exit 1
echo "cfn-lint and checkov object to nothing in $(find "$templates" -name '*.json' | wc -l) templates."
