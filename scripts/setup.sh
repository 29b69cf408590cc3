#!/usr/bin/env bash
# Brings what the project needs into the project: .venv from hashed pins, node_modules from package-lock.json.
# Instant when nothing changed. Each thing that may be missing on a machine stops it with one sentence and the remedy.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { printf 'error: %s\n' "$*" >&2; exit 1; }
step() { printf '• %s\n' "$*"; }

check_disk() {
    local free_kib
    free_kib=$(df -Pk . | awk 'NR == 2 { print $4 }')
    [ "$free_kib" -ge 2097152 ] ||
        fail "Only $((free_kib / 1024)) MiB are free on the disk of $PWD; the packages and the local stage need 2 GiB. Free some space and try again."
}

# The newest of the interpreters that are new enough; PYTHON=… overrides.
find_python() {
    local candidate
    for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    fail "Python 3.11 or newer is needed, found: $(python3 --version 2>/dev/null || echo none). Install it (Debian: apt-get install python3 python3-venv) or name it: PYTHON=/path/to/python3.11 make setup"
}

check_node() {
    local found
    command -v node >/dev/null || fail "Node.js 20 or newer is missing. Install it: https://nodejs.org (Debian: apt-get install nodejs npm)."
    found=$(node --version 2>/dev/null) || found=unknown
    node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' 2>/dev/null ||
        fail "Node.js 20 or newer is needed, found $found. Install a newer one: https://nodejs.org"
    command -v npm >/dev/null || fail "npm is missing beside Node.js $found. Install it (Debian: apt-get install npm)."
}

make_environment() {
    local python=$1
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        local package
        package=$("$python" -c 'import sys; print(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")')
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            step "Installing $package: this Python cannot make virtual environments"
            { apt-get install -y -q "$package" || { apt-get update -q && apt-get install -y -q "$package"; }; } >/dev/null ||
                fail "$package could not be installed. Try: apt-get update && apt-get install $package"
        else
            fail "This Python cannot make virtual environments. Install its package: sudo apt-get install $package"
        fi
    fi
    "$python" -m venv --clear .venv || fail ".venv could not be made with $python. Is the disk full or the folder read-only?"
}

install_python_packages() {
    .venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt ||
        fail "The package installer (uv) could not be fetched. Is the package index reachable? (pip config list)"
    eval "$(.venv/bin/python cdk_app/uv_environment.py)"
    .venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes requirements/dev.txt ||
        fail "The Python packages could not be installed; the lines above say which."
    .venv/bin/uv pip install --quiet --python .venv/bin/python --no-build-isolation --no-deps -e . ||
        fail "The project itself could not be installed into .venv; the lines above say why."
}

digest() { cat "$@" | sha256sum | cut -d' ' -f1; }

python_packages() {
    local wanted python
    wanted=$(digest requirements/bootstrap.txt requirements/dev.txt pyproject.toml)
    if [ -x .venv/bin/python ] && [ "$(cat .venv/.installed 2>/dev/null)" = "$wanted" ]; then return; fi
    python=$(find_python)
    check_disk
    step "Python packages into .venv ($("$python" --version))"
    [ -x .venv/bin/pip ] && .venv/bin/python -c '' 2>/dev/null || make_environment "$python"
    install_python_packages
    echo "$wanted" >.venv/.installed
    echo "  done after $SECONDS s"
}

node_packages() {
    local wanted
    wanted=$(digest package.json package-lock.json)
    check_node
    if [ "$(cat node_modules/.installed 2>/dev/null)" = "$wanted" ]; then return; fi
    check_disk
    step "Node packages into node_modules (the CDK command, the EVM node, contract artifacts)"
    local complaints
    complaints=$(npm ci --loglevel=error --no-progress 2>&1 >/dev/null) || {
        head -n 4 <<<"$complaints" >&2
        fail "The Node packages could not be installed. Is the npm registry reachable? (npm config get registry)"
    }
    echo "$wanted" >node_modules/.installed
    echo "  done after $SECONDS s"
}

# The console's own packages, and its static files where a source of theirs changed.
console() {
    local wanted sources
    wanted=$(digest console/package.json console/package-lock.json)
    if [ "$(cat console/node_modules/.installed 2>/dev/null)" != "$wanted" ]; then
        step "The console's Node packages into console/node_modules"
        (cd console && npm ci --loglevel=error --no-progress >/dev/null) ||
            fail "The console's packages could not be installed. Is the npm registry reachable? (npm config get registry)"
        echo "$wanted" >console/node_modules/.installed
        echo "  done after $SECONDS s"
    fi
    sources=$(find console/src console/public console/scripts console/index.html console/vite.config.ts console/package-lock.json -type f -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
    if [ "$(cat console/dist/.built 2>/dev/null)" = "$sources" ]; then return; fi
    step "The console's pages into console/dist"
    (cd console && npx --no-install vite build --logLevel error) || fail "The console could not be built; the lines above say why."
    echo "$sources" >console/dist/.built
    echo "  done after $SECONDS s"
}

# Vyper's packages are not the product's: each version has an environment of its own.
vyper() {
    scripts/apart.sh vyper && scripts/apart.sh vyper-former ||
        fail "The compilers of Vyper could not be installed; the lines above say why."
}

# For the tests that boot the TimescaleDB host; they say so where it cannot be had.
host_programs() {
    if [ "$(id -u)" != 0 ] || [ -x /usr/bin/pgbackrest ] || [ -e .venv/.host-programs ]; then return; fi
    step "PostgreSQL 15, pgBackRest and PgBouncer of the system's packages"
    .venv/bin/python -m local.timescale_programs
    touch .venv/.host-programs # tried once
}

# Two at once, as by `make status` beside a `make up`, would delete each other's files.
one_at_a_time() {
    command -v flock >/dev/null || return 0
    exec 9<.
    flock -n 9 || { step "Another make sets the project up; waiting for it"; flock 9; }
}

one_at_a_time
python_packages
node_packages
vyper
console
host_programs
